using System.Globalization;
using System.Text.Json.Nodes;
using Zaguan.Comparison;
using Zaguan.Reading;

namespace Zaguan.Commands;

/// <summary>What a comparison found: lines as the cases come in, or one JSON document.</summary>
internal sealed class CompareReport(Terminal terminal, bool asJson)
{
    private readonly JsonArray documents = [];
    private int same;
    private int differ;
    private int notAsked;

    /// <param name="count">How many cases there are.</param>
    public async Task<int> PrintAsync(IAsyncEnumerable<Compared> comparison, int count)
    {
        await foreach (var compared in comparison)
        {
            Count(compared);
            if (asJson)
            {
                documents.Add(Document(compared));
            }
            else
            {
                await WriteAsync(compared);
            }
        }

        var missed = count - same - differ - notAsked;
        if (asJson)
        {
            await terminal.WriteJsonAsync(new JsonObject { ["cases"] = documents, ["same"] = same, ["differ"] = differ, ["notAsked"] = notAsked });
        }
        else
        {
            await terminal.Output.WriteLineAsync(Summary(count));
        }

        return missed > 0 ? await terminal.RefuseAsync($"Interrupted: {Number(missed)} of {Number(count)} cases were not compared.")
            : notAsked > 0 ? ExitCode.NotDone
            : differ > 0 ? ExitCode.Different
            : ExitCode.Done;
    }

    private static string Result(Compared compared) => compared.Failure is not null ? "notAsked" : compared.Differences.Count == 0 ? "same" : "differ";

    private void Count(Compared compared)
    {
        _ = compared.Failure is not null ? notAsked++ : compared.Differences.Count == 0 ? same++ : differ++;
    }

    private async Task WriteAsync(Compared compared)
    {
        var outcome = compared.Failure ?? compared.Differences.Count switch
        {
            0 => "the same",
            1 => "1 difference",
            ReplyComparer.MostDifferences => $"{Number(ReplyComparer.MostDifferences)} differences, or more",
            var many => $"{Number(many)} differences",
        };
        await terminal.Output.WriteLineAsync(Printing.Printable($"{compared.Name}: {outcome}"));
        foreach (var difference in compared.Differences)
        {
            await terminal.Output.WriteLineAsync(Printing.Printable($"  {difference}"));
        }
    }

    private static JsonObject Document(Compared compared) => new()
    {
        ["name"] = compared.Name,
        ["result"] = Result(compared),
        ["failure"] = compared.Failure,
        ["differences"] = new JsonArray([.. compared.Differences.Select(d => new JsonObject
        {
            ["kind"] = RecordReader.SpellingOf(d.Kind),
            ["at"] = d.At,
            ["old"] = d.Old,
            ["zaguan"] = d.Zaguan,
        })]),
    };

    private string Summary(int count)
    {
        var sentence = $"{Number(count)} {(count == 1 ? "case" : "cases")}: {Number(same)} the same, {Number(differ)} {(differ == 1 ? "differs" : "differ")}";
        return notAsked == 0 ? $"{sentence}." : $"{sentence}, {Number(notAsked)} could not be asked.";
    }

    private static string Number(int number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
