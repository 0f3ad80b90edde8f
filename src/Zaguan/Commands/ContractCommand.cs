using System.CommandLine;
using System.Reflection;
using System.Text;
using Zaguan.Contracts;
using Zaguan.Reading;

namespace Zaguan.Commands;

/// <summary>zaguan contract …</summary>
internal static class ContractCommand
{
    public static Command Create(Terminal terminal)
    {
        var files = new Argument<string[]>("FILE") { Description = "Contract files.", Arity = ArgumentArity.OneOrMore };
        var check = new Command("check", "Say everything that is wrong with contract files.") { files };
        check.SetAction((parsed, _) => CheckAsync(terminal, parsed.GetRequiredValue(files)));
        var schema = new Command("schema", "Print the JSON schema of contract files, for an editor.");
        schema.SetAction((_, _) => PrintSchemaAsync(terminal));
        return new("contract", "Contract files.") { check, Show(terminal), Test(terminal), LearnCommand.Create(terminal), NewContractCommand.Create(terminal), schema };
    }

    private static Command Show(Terminal terminal)
    {
        var file = new Argument<string>("FILE") { Description = "A contract file." };
        var user = new Option<string?>("--user") { Description = "A JSON file that says who logs in; absent: somebody made up.", HelpName = "FILE" };
        var show = new Command("show", "Print what a contract answers to each outcome.") { file, user };
        show.SetAction((parsed, _) => new ContractTrials(terminal).ShowAsync(parsed.GetRequiredValue(file), parsed.GetValue(user)));
        return show;
    }

    private static Command Test(Terminal terminal)
    {
        var file = new Argument<string>("FILE") { Description = "A contract file." };
        var examples = new Option<string>("--examples") { Description = "A folder of requests and answers (.http).", HelpName = "FOLDER", Required = true };
        var test = new Command("test", "Compare a contract with requests and answers of the old system's documentation.") { file, examples };
        test.SetAction((parsed, _) => new ContractTrials(terminal).TestAsync(parsed.GetRequiredValue(file), parsed.GetRequiredValue(examples)));
        return test;
    }

    private static async Task<int> CheckAsync(Terminal terminal, IReadOnlyList<string> files)
    {
        var code = ExitCode.Done;
        foreach (var file in files)
        {
            code = Math.Max(code, await CheckAsync(terminal, file));
        }

        return code;
    }

    private static async Task<int> CheckAsync(Terminal terminal, string file)
    {
        if (!File.Exists(file))
        {
            return await terminal.RefuseAsync(Directory.Exists(file) ? $"{file} is a folder; name the files in it: {Path.Combine(file, "*.json")}" : $"There is no file {file}.");
        }

        if (!ContractLibrary.IsContract(file))
        {
            await terminal.Error.WriteLineAsync($"{file} is a schema, not a contract; it was left out.");
            return ExitCode.Done;
        }

        var problems = new Problems();
        if (ContractLibrary.CompileFile(file, problems) is { } contract)
        {
            await terminal.Output.WriteLineAsync($"{contract.Name}: good");
            return ExitCode.Done;
        }

        foreach (var problem in problems)
        {
            await terminal.Output.WriteLineAsync(Printing.Printable(problem.ToString()));
        }

        return ExitCode.Problems;
    }

    private static async Task<int> PrintSchemaAsync(Terminal terminal)
    {
        await using var resource = Assembly.GetExecutingAssembly().GetManifestResourceStream("contract.schema.json")!;
        using var schema = new StreamReader(resource, Encoding.UTF8);
        await terminal.Output.WriteAsync(await schema.ReadToEndAsync());
        return ExitCode.Done;
    }
}
