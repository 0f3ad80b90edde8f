using System.Globalization;

namespace Zaguan.Benchmarks.House;

/// <summary>The figures that a run came to, each in a sentence, with the bound that it is held against: the table at its end.</summary>
internal static class Ledger
{
    private static readonly List<Entry> Entries = [];

    public static IReadOnlyList<Entry> All => Entries;

    /// <summary>Prints it and remembers it. True: it keeps within its bound.</summary>
    public static bool Judge(string what, double figure, double? least = null, double? most = null, string format = "F3")
    {
        var holds = !(figure < least) && !(figure > most);
        var bound = least is { } l ? $"at least {l.ToString(CultureInfo.InvariantCulture)}" : $"at most {most!.Value.ToString(CultureInfo.InvariantCulture)}";
        var text = figure.ToString(format, CultureInfo.InvariantCulture);
        Entries.Add(new(what, text, bound, holds));
        Console.WriteLine($"{what} = {text}: {(holds ? bound : $"NOT {bound}")}.");
        return holds;
    }

    /// <summary>A figure that is told and not judged.</summary>
    public static void Note(string what, double figure, string format = "F3")
    {
        var text = figure.ToString(format, CultureInfo.InvariantCulture);
        Entries.Add(new(what, text, "", Holds: true));
        Console.WriteLine($"{what} = {text}.");
    }

    public sealed record Entry(string What, string Figure, string Bound, bool Holds);
}
