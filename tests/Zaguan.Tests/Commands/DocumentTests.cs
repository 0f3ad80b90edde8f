using Zaguan.Commands;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Commands;

/// <summary>docs/commands.md, given to a shell line by line.</summary>
public sealed class DocumentTests
{
    [Fact]
    [Trait("Database", TestDatabase.FileOnly)]
    public async Task Every_command_line_of_the_document_runs()
    {
        await using var folder = new CommandFolder();
        var document = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "docs", "commands.md"));
        var lines = document.Split("```sh\n").Skip(1).SelectMany(block => block.Split("```")[0].Split('\n', StringSplitOptions.RemoveEmptyEntries)).ToList();
        lines.Count.ShouldBeGreaterThan(15);
        folder.Write("zaguan.json", """{ "Applications": { "ambiotec": { "JWT_SECRET": "q8wJr0Vt3nEw5ZyXuPfL7mBcD2hGkA9s" } } }""");
        // Nobody is there to press Ctrl-C, so what follows is ended when it has said something.
        var script = folder.Write("commands.sh", $$"""
            set -euo pipefail
            umask 077
            chmod go-rwx zaguan.json
            mkdir contracts && cp "$1" contracts/clinica.json
            run() { dotnet '{{ZaguanProcess.Program}}' "$@"; }
            follow() { dotnet '{{ZaguanProcess.Program}}' "$@" > followed 2>&1 & until grep -q . followed; do sleep 0.1; done; kill -TERM $!; wait $!; }
            zaguan() { case " $* " in *" --follow "*) follow "$@" ;; *) run "$@" ;; esac; }
            {{string.Join('\n', lines)}}
            """);
        var contract = folder.Write("shipped.json", System.Text.Encoding.UTF8.GetString(Zaguan.Contracts.ContractLibrary.Shipped().First().Json));

        await using var shell = await ZaguanProcess.StartProgramAsync(folder.Folder, ["bash", script, contract]);
        var code = await shell.EndAsync();

        code.ShouldBe(ExitCode.Done, shell.Output);
    }
}
