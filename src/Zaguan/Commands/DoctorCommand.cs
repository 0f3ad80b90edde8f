using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Zaguan.Operations;
using Zaguan.Passwords;
using Zaguan.Reading;

namespace Zaguan.Commands;

/// <summary>zaguan doctor: every problem of configuration, database, files and directories, in one list. It makes nothing and changes nothing.</summary>
internal static class DoctorCommand
{
    public static Command Create(Terminal terminal)
    {
        var json = Arguments.Json();
        var calibrate = Arguments.WholeNumber("--calibrate", "Instead, propose what a password's hash may cost if it is to take so many milliseconds on this machine.", 1, 2_000);
        var command = new Command("doctor", "Say everything that is wrong with configuration, contracts, database, files and directories. Changes nothing.") { calibrate, json };
        command.SetAction((parsed, _) => parsed.GetValue(calibrate) is { } milliseconds
            ? CalibrateAsync(terminal, TimeSpan.FromMilliseconds(milliseconds), parsed.GetValue(json))
            : ExamineAsync(terminal, parsed, parsed.GetValue(json)));
        return command;
    }

    private static async Task<int> ExamineAsync(Terminal terminal, ParseResult parsed, bool asJson)
    {
        var setup = Settings.Look(parsed);
        Finding[] findings =
        [
            .. Configuration(setup, parsed.GetValue(Settings.File)),
            .. FileFindings.Of(setup),
            .. setup.SettingsAreBroken ? [new(Verdict.Notice, "database", "Not looked at: where it lies is not known while the configuration is broken.")] : DatabaseFindings.Of(setup),
            .. await DirectoryFindings.OfAsync(setup),
        ];
        if (asJson)
        {
            await terminal.WriteJsonAsync(new JsonArray([.. findings.Select(f => new JsonObject { ["verdict"] = RecordReader.SpellingOf(f.Verdict), ["about"] = f.About, ["sentence"] = f.Sentence })]));
        }
        else
        {
            foreach (var finding in findings)
            {
                await terminal.Output.WriteLineAsync($"{RecordReader.SpellingOf(finding.Verdict),-8} {finding.About,-13} {finding.Sentence}");
            }

            var problems = findings.Count(f => f.Verdict == Verdict.Problem);
            await terminal.Output.WriteLineAsync(problems == 0 ? "Nothing is wrong." : $"{problems} {(problems == 1 ? "thing is" : "things are")} wrong.");
        }

        return findings.Any(f => f.Verdict == Verdict.Problem) ? ExitCode.Problems : ExitCode.Done;
    }

    private static async Task<int> CalibrateAsync(Terminal terminal, TimeSpan wished, bool asJson)
    {
        var (cost, took) = Calibration.Propose(wished);
        if (asJson)
        {
            await terminal.WriteJsonAsync(new JsonObject { ["memoryKiB"] = cost.MemoryKiB, ["passes"] = cost.Passes, ["milliseconds"] = Math.Round(took.TotalMilliseconds, 1) });
            return ExitCode.Done;
        }

        await terminal.Output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $$"""
            With all {{Environment.ProcessorCount}} cores hashing, a password's hash of {{cost.MemoryKiB}} KiB and {{cost.Passes}} passes takes {{took.TotalMilliseconds:F1}} ms here: {{Environment.ProcessorCount / took.TotalSeconds:F0}} logins a second.

              "Hashing": { "MemoryKiB": {{cost.MemoryKiB}}, "Passes": {{cost.Passes}} }

            """));
        if (took > wished)
        {
            await terminal.Error.WriteLineAsync("That is longer than was wished, and the least that is safe.");
        }

        return ExitCode.Done;
    }

    private static IEnumerable<Finding> Configuration(Setup setup, string? file)
    {
        foreach (var problem in setup.Problems)
        {
            yield return new(Verdict.Problem, "configuration", problem.ToString());
        }

        if (setup.Problems.Count == 0)
        {
            var read = file ?? (File.Exists(SetupOptions.DefaultFile) ? SetupOptions.DefaultFile : "no file");
            yield return new(Verdict.Good, "configuration", $"{read}, {(setup.IsDevelopment ? "in Development" : "for production")}");
            yield return new(Verdict.Good, "applications", string.Join(", ", setup.Applications.Applications.Select(a => $"{a.Name} ({a.Contract.Method} {a.Path})")));
            yield return new(Verdict.Good, "addresses", string.Join(", ", Listening.Addresses(setup.Configuration).Select(a => a.Url)));
        }

        foreach (var notice in setup.Notices)
        {
            yield return new(Verdict.Notice, "applications", notice);
        }
    }
}

internal enum Verdict
{
    Good,

    /// <summary>Somebody should know it, and nothing is wrong.</summary>
    Notice,
    Problem,
}

/// <param name="About">What was looked at: "database".</param>
internal sealed record Finding(Verdict Verdict, string About, string Sentence);
