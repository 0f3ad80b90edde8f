using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Zaguan.Contracts;
using Zaguan.Login;
using Zaguan.Reading;

namespace Zaguan.Comparison;

/// <summary>What somebody writes who wants a request compared.</summary>
internal sealed record CaseEntry
{
    [JsonIgnore]
    public SourceNode? Node { get; init; }

    [Form("^[^\\u0000-\\u001f]{1,100}$", "A case is called by 1 to 100 characters on one line, not \"{0}\".")]
    public required string Name { get; init; }

    public string? Identifier { get; init; }

    // A node and no text: what is wrong with a password is said without repeating it.
    public SourceNode? Password { get; init; }

    public bool? Directory { get; init; }

    public SourceNode? Body { get; init; }

    [Form("^[\\u0020-\\u007e]{0,200}$", "A content type is at most 200 characters of ASCII on one line; an empty text sends none.")]
    public string? ContentType { get; init; }
}

/// <summary>The file of cases → requests of a contract, or every problem with it. No problem repeats a password.</summary>
internal sealed class CaseFile(Contract contract, Problems problems)
{
    /// <summary>They are asked one after the other, and every login costs both systems a hash.</summary>
    public const int MostCases = 1_000;

    private const string Json = "application/json";

    /// <summary>A shorter piece of a body that is no JSON is part of every sentence.</summary>
    private const int ShortestPiece = 3;

    /// <returns>What could be read; whoever asks looks at the problems first.</returns>
    public IReadOnlyList<LoginCase> Read(string file)
    {
        if (ReadBytes(file) is not { } json || JsonSource.Parse(file, json, problems) is not { } node)
        {
            return [];
        }

        if (node.Kind != NodeKind.List || node.Items.Count is 0 or > MostCases)
        {
            problems.Add(node, node.Kind != NodeKind.List ? $"Cases are a list of objects, not {node.KindInWords}."
                : node.Items.Count == 0 ? "There is no case in it."
                : string.Create(CultureInfo.InvariantCulture, $"These are {node.Items.Count} cases; at most {MostCases} are compared."));
            return [];
        }

        var reader = new RecordReader(Spelling.Contract, problems);
        var entries = node.Items.Select(reader.Read<CaseEntry>).ToList();
        CheckNames(entries);
        return [.. entries.Select(Compile)];
    }

    private byte[]? ReadBytes(string file)
    {
        try
        {
            // One byte more than allowed, to notice that there is more; a pipe does not say how much it will be.
            using var stream = File.OpenRead(file);
            var buffer = new byte[JsonSource.MostBytes + 1];
            return buffer[..stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add(file, $"The file cannot be read: {e.Message}");
            return null;
        }
    }

    private void CheckNames(IReadOnlyList<CaseEntry> entries)
    {
        foreach (var same in entries.Where(e => e.Name is not null).GroupBy(e => e.Name, StringComparer.OrdinalIgnoreCase))
        {
            foreach (var twice in same.Skip(1))
            {
                problems.Add(twice.Node!.At("name"), $"Another case is called \"{twice.Name}\" already.");
            }
        }
    }

    private IReadOnlyList<(string Name, string Value)> Constants => [.. contract.Decoder.Writer.Headers(null)];

    private LoginCase Compile(CaseEntry entry) => entry.Body is null ? CompileFields(entry) : CompileBody(entry, entry.Body);

    private LoginCase CompileFields(CaseEntry entry)
    {
        var node = entry.Node!;
        if (node.Kind == NodeKind.Object && (entry.Identifier is null && !Has(node, "identifier") || entry.Password is null))
        {
            problems.Add(node, "A case has \"identifier\" and \"password\", or a \"body\" that is sent as it is.");
        }

        if (entry.Password is { Kind: not NodeKind.Text } password)
        {
            problems.Add(password, $"Here belongs a text, not {password.KindInWords}. What is no login goes into \"body\".");
        }

        if (entry.Directory is not null && !contract.Decoder.ReadsDirectory)
        {
            problems.Add(node.At("directory"), $"Nothing in a request of the contract \"{contract.Name}\" asks for a directory; leave it out.");
        }

        var secret = Secret.FromText(entry.Password?.Text);
        var body = new ArrayBufferWriter<byte>();
        contract.Decoder.Writer.Write(body, entry.Identifier ?? "", secret.Reveal(), entry.Directory);
        return new(entry.Name, contract.Method, body.WrittenMemory, entry.ContentType ?? contract.Decoder.Writer.ContentType ?? Json, [secret]) { Headers = Constants };
    }

    private LoginCase CompileBody(CaseEntry entry, SourceNode body)
    {
        foreach (var other in entry.Node!.Members.Where(m => m.Name is "identifier" or "password" or "directory"))
        {
            problems.Add(other.Value, $"A case with a \"body\" has no \"{other.Name}\" beside it: the body is sent as it is.");
        }

        if (body.Kind != NodeKind.Text)
        {
            problems.Add(body, $"A body is a text, sent as it is, with the quotes of its JSON escaped; not {body.KindInWords}.");
        }

        return new(entry.Name, contract.Method, Encoding.UTF8.GetBytes(body.Text), entry.ContentType ?? contract.Decoder.Writer.ContentType ?? Json, [.. Pieces(body.Text).Select(p => Secret.FromText(p))]) { Headers = Constants };
    }

    private static bool Has(SourceNode node, string name) => node.Members.Any(m => string.Equals(m.Name, name, StringComparison.Ordinal));

    /// <summary>What a body as it is may hold of a password: every text, where it is JSON; else whatever stands between quotes and separators.</summary>
    private static IEnumerable<string> Pieces(string body)
    {
        try
        {
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(body));
            var texts = new List<string>();
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.String)
                {
                    texts.Add(reader.GetString()!);
                }
            }

            return texts.Where(t => t.Length > 0);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return body.Split(['"', '&', '=', '\r', '\n'], StringSplitOptions.TrimEntries).Where(p => p.Length >= ShortestPiece);
        }
    }
}
