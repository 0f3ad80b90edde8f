using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Zaguan.Tests.House;

namespace Zaguan.Tests.AspNetCore;

/// <summary>samples/Clinica as a process of its own.</summary>
internal sealed partial class Clinic : IAsyncDisposable
{
    private readonly Process process;
    private readonly string folder;
    private readonly TaskCompletionSource<Uri?> listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly StringBuilder output = new();
    private readonly Task reading;
    private HttpClient? client;

    private Clinic(Process process, string folder)
    {
        (this.process, this.folder) = (process, folder);
        process.StandardInput.Close();
        reading = Task.WhenAll(ReadAsync(process.StandardOutput), ReadAsync(process.StandardError));
        _ = reading.ContinueWith(_ => listening.TrySetResult(null), TaskScheduler.Default);
    }

    public static async Task<Clinic> LaunchAsync(Dictionary<string, string?> settings)
    {
        // A home of its own: ASP.NET Core keeps keys there that nothing here needs.
        var home = Directory.CreateTempSubdirectory("zaguan-clinica-").FullName;
        settings["HOME"] = home;
        string[] command = [ChildProcesses.Zaguan[0], Path.Combine(AppContext.BaseDirectory, "Clinica.dll"), "--urls", "http://127.0.0.1:0"];
        return new(await ChildProcesses.StartAsync(command, home, settings), home);
    }

    public static async Task<Clinic> StartAsync(Dictionary<string, string?> settings)
    {
        var clinic = await LaunchAsync(settings);
        if (await clinic.listening.Task.WaitAsync(TimeSpan.FromMinutes(2)) is { } address)
        {
            clinic.client = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = address, Timeout = TimeSpan.FromMinutes(2) };
            return clinic;
        }

        await clinic.DisposeAsync();
        throw new InvalidOperationException($"The clinic does not start:\n{clinic.output}");
    }

    public async Task<(HttpStatusCode Status, string Body)> PostAsync(string? authorization)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/CVN_PLAN_SEGURO/GetAllActives") { Content = new StringContent("{}", Encoding.UTF8, "application/json") };
        if (authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        using var answer = await client!.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>What it printed until it ended by itself, with an exit code other than 0.</summary>
    public async Task<string> EndAsync()
    {
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(2));
        await reading;
        process.ExitCode.ShouldNotBe(0);
        return output.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        client?.Dispose();
        process.Kill();
        await process.WaitForExitAsync();
        await reading;
        process.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private async Task ReadAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (output)
            {
                output.AppendLine(line);
            }

            if (NowListening().Match(line) is { Success: true } match)
            {
                listening.TrySetResult(new(match.Groups["address"].Value));
            }
        }
    }

    [GeneratedRegex("Now listening on: (?<address>http://[0-9.:]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NowListening();
}
