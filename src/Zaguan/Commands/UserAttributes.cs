using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Zaguan.Reading;

namespace Zaguan.Commands;

/// <summary>name=JSON, several of them → the object that is stored beside a user, or everything that is wrong with them.</summary>
internal static class UserAttributes
{
    public static (string? Attributes, IReadOnlyList<string> Objections) Read(IReadOnlyList<string> written)
    {
        var attributes = new JsonObject();
        var objections = new List<string>();
        foreach (var one in written)
        {
            if (one.Split('=', 2) is not [{ Length: > 0 } name, var json])
            {
                objections.Add($"An attribute is written name=JSON, not \"{one}\".");
            }
            else if (Users.Names.Objection("An attribute's name", name) is { } objection)
            {
                objections.Add(objection);
            }
            else if (attributes.ContainsKey(name))
            {
                objections.Add($"The attribute \"{name}\" stands twice; keep one.");
            }
            else if (Parse(name, json, objections) is { } value)
            {
                attributes[name] = value.Node;
            }
        }

        var stored = attributes.ToJsonString(Printing.OnOneLine);
        if (Encoding.UTF8.GetByteCount(stored) > Users.Names.MostAttributeBytes)
        {
            objections.Add($"The attributes have more than {Users.Names.MostAttributeBytes:N0} bytes together.");
        }

        return (attributes.Count == 0 ? null : stored, objections);
    }

    private static ParsedValue? Parse(string name, string json, List<string> objections)
    {
        // The tree finds what the parser lets pass: a name that stands twice, half a character.
        var problems = new Problems();
        try
        {
            JsonSource.Parse($"The attribute \"{name}\"", Encoding.UTF8.GetBytes(json), problems);
            if (problems.Count == 0)
            {
                return new(JsonNode.Parse(json));
            }
        }
        catch (JsonException)
        {
            // Comments and commas that only the files of people may have.
        }

        objections.Add($"\"{json}\" is not JSON, so it is no attribute \"{name}\". A text stands in double quotes, which the shell must leave alone: --attribute '{name}=\"text\"'");
        return null;
    }

    /// <param name="Node">Null is JSON's null.</param>
    private sealed record ParsedValue(JsonNode? Node);
}
