using Zaguan.Commands;

return await CommandLine.RunAsync(args);
