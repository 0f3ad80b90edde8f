using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Zaguan.Login;

namespace Zaguan.Contracts.Learning;

/// <summary>A contract that was made of answers.</summary>
/// <param name="File">What an author would have written.</param>
/// <param name="Contract">The same, compiled.</param>
/// <param name="Examples">The answers that it was made of, and what became of the login.</param>
internal sealed record LearnedContract(JsonObject File, Contract Contract, IReadOnlyList<(Exchange Exchange, Outcome? Outcome)> Examples)
{
    /// <summary>Letters stay letters.</summary>
    public static readonly JsonSerializerOptions AsWritten = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonSerializerOptions OnManyLines = new(AsWritten) { WriteIndented = true, NewLine = "\n" };

    public static string TextOf(JsonObject file) => file.ToJsonString(OnManyLines) + "\n";
}
