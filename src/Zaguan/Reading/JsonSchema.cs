using System.ComponentModel;
using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Zaguan.Reading;

/// <summary>The JSON schema of a record that <see cref="RecordReader"/> reads: names, types, requirements and descriptions.</summary>
internal static class JsonSchema
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string Of(Type type, Spelling spelling, string title)
    {
        var schema = Object(type, spelling);
        schema.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.Insert(1, "title", title);
        return schema.ToJsonString(Indented) + "\n";
    }

    private static JsonObject Object(Type type, Spelling spelling)
    {
        var properties = new JsonObject();
        var required = new JsonArray();
        foreach (var property in RecordReader.Properties(type))
        {
            var schema = Value(Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType, spelling);
            if (property.GetCustomAttribute<DescriptionAttribute>()?.Description is { } description)
            {
                schema["description"] = description;
            }

            properties[spelling.NameOf(property)] = schema;
            if (RecordReader.IsRequired(property))
            {
                required.Add(spelling.NameOf(property));
            }
        }

        var result = new JsonObject { ["type"] = "object" };
        if (type.GetCustomAttribute<DescriptionAttribute>()?.Description is { } about)
        {
            result["description"] = about;
        }

        result["properties"] = properties;
        result["required"] = required;
        result["additionalProperties"] = false;
        return result;
    }

    private static JsonObject Value(Type type, Spelling spelling)
    {
        if (type == typeof(SourceNode))
        {
            return [];
        }

        if (type == typeof(string))
        {
            return new() { ["type"] = "string" };
        }

        if (type == typeof(bool))
        {
            return new() { ["type"] = "boolean" };
        }

        if (type == typeof(int))
        {
            return new() { ["type"] = "integer" };
        }

        if (type.IsEnum)
        {
            return new() { ["enum"] = new JsonArray([.. Enum.GetValuesAsUnderlyingType(type).Cast<object>().Select(v => (JsonNode)RecordReader.SpellingOf((Enum)Enum.ToObject(type, v)))]) };
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>))
        {
            return new() { ["type"] = "object", ["additionalProperties"] = Value(type.GenericTypeArguments[1], spelling) };
        }

        return type.IsClass && !type.IsGenericType ? Object(type, spelling) : throw new NotSupportedException($"No schema for {type}.");
    }
}
