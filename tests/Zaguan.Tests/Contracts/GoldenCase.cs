using System.Globalization;
using Zaguan.Login;

namespace Zaguan.Tests.Contracts;

/// <summary>
/// One file of Golden/CONTRACT: what it is about, its precondition and its outcome; after an empty line the request as it
/// travels; then the answer; then, where a token is answered, the claims in it. Placeholders stand for what no document
/// can foretell: &lt;jwt&gt;, &lt;access id&gt;, &lt;uuid&gt;.
/// </summary>
internal sealed record GoldenCase
{
    public required string Name { get; init; }

    /// <summary>What is the matter before the request is sent; empty: nothing.</summary>
    public string Given { get; init; } = "";

    /// <summary>Null: the request never becomes a login.</summary>
    public Outcome? Outcome { get; init; }

    public required string Method { get; init; }

    public required string Path { get; init; }

    public required IReadOnlyList<(string Name, string Value)> Headers { get; init; }

    public required string Body { get; init; }

    public required int Status { get; init; }

    public required IReadOnlyList<(string Name, string Value)> AnswerHeaders { get; init; }

    public required string AnswerBody { get; init; }

    /// <summary>The setting whose value signed the token; null: no token is answered.</summary>
    public string? SignedWith { get; init; }

    public string Claims { get; init; } = "";

    public static IEnumerable<GoldenCase> Of(string contract) => In("Golden", contract);

    public static IEnumerable<GoldenCase> OfExample(string contract) => In("Examples", contract);

    private static IEnumerable<GoldenCase> In(string set, string contract)
    {
        var folder = System.IO.Path.Combine(AppContext.BaseDirectory, "Contracts", set, contract);
        return Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*.http").Order(StringComparer.Ordinal).Select(Read) : [];
    }

    private static GoldenCase Read(string file)
    {
        const string token = "token signed with ";
        var parts = File.ReadAllText(file).Split("\n--- ");
        var (preamble, message) = Halves(parts[0]);
        var facts = preamble.Split('\n').Where(l => !l.StartsWith('#')).Select(Header).ToDictionary(f => f.Name, f => f.Value, StringComparer.Ordinal);
        var (requestHead, body) = Halves(message);
        var (answerHead, answerBody) = Halves(parts[1]);
        var claims = parts.ElementAtOrDefault(2)?.Split('\n', 2);
        var requestLine = requestHead.Split('\n')[0].Split(' ');
        return new()
        {
            Name = System.IO.Path.GetFileNameWithoutExtension(file),
            Given = facts.GetValueOrDefault("given", ""),
            Outcome = facts.TryGetValue("outcome", out var outcome) ? Enum.Parse<Outcome>(outcome) : null,
            Method = requestLine[0],
            Path = requestLine[1],
            Headers = [.. requestHead.Split('\n').Skip(1).Select(Header)],
            Body = body.TrimEnd('\n'),
            Status = int.Parse(answerHead.Split('\n')[0], CultureInfo.InvariantCulture),
            AnswerHeaders = [.. answerHead.Split('\n').Skip(1).Select(Header)],
            AnswerBody = answerBody.Trim('\n'),
            SignedWith = claims?[0].Replace(token, "", StringComparison.Ordinal),
            Claims = claims?[1] ?? "",
        };
    }

    private static (string Head, string Tail) Halves(string text)
    {
        var empty = text.IndexOf("\n\n", StringComparison.Ordinal);
        return empty < 0 ? (text.TrimEnd('\n'), "") : (text[..empty], text[(empty + 2)..]);
    }

    private static (string Name, string Value) Header(string line)
    {
        var colon = line.IndexOf(": ", StringComparison.Ordinal);
        return (line[..colon], line[(colon + 2)..]);
    }
}
