using System.Text.Json;

namespace Zaguan.Contracts;

/// <summary>A name with dots in stored JSON: <c>empresa.nombre</c> is the member of that name, or else the member <c>nombre</c> of the object <c>empresa</c>.</summary>
internal static class Steps
{
    /// <summary>Null: there is no such member.</summary>
    public static JsonElement? Find(JsonElement json, string name)
    {
        while (json.ValueKind == JsonValueKind.Object)
        {
            if (json.TryGetProperty(name, out var whole))
            {
                return whole;
            }

            if (name.Split('.', 2) is not [var first, var rest] || !json.TryGetProperty(first, out var inner))
            {
                return null;
            }

            (json, name) = (inner, rest);
        }

        return null;
    }
}
