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
        var absent = Activator.CreateInstance(type)!;
        foreach (var property in RecordReader.Properties(type))
        {
            var schema = Member(property, spelling);
            if (property.GetCustomAttribute<DescriptionAttribute>()?.Description is { } description)
            {
                schema["description"] = description;
            }

            properties[spelling.NameOf(property)] = schema;
            if (RecordReader.IsRequired(property))
            {
                required.Add(spelling.NameOf(property));
            }
            else if (Default(property.GetValue(absent)) is { } value)
            {
                schema["default"] = value;
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

    /// <summary>What may stand behind a name: a value of its type, or where it is a list that may be written as its only element, one of these.</summary>
    private static JsonObject Member(PropertyInfo property, Spelling spelling)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        var constraint = property.GetCustomAttribute<ConstraintAttribute>();
        if (ItemOf(type) is not { } item)
        {
            var schema = Value(type, spelling);
            AddConstraint(schema, constraint);
            return schema;
        }

        var list = new JsonObject { ["type"] = "array", ["items"] = Item() };
        if (property.GetCustomAttribute<OneOrManyAttribute>() is null)
        {
            return list;
        }

        list["minItems"] = 1;
        return new() { ["anyOf"] = new JsonArray(Item(), list) };

        JsonObject Item()
        {
            var schema = Value(item, spelling);
            AddConstraint(schema, constraint);
            return schema;
        }
    }

    private static Type? ItemOf(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) ? type.GenericTypeArguments[0] : null;

    private static void AddConstraint(JsonObject schema, ConstraintAttribute? constraint)
    {
        if (constraint is FormAttribute form)
        {
            schema["pattern"] = form.Pattern;
        }
        else if (constraint is BetweenAttribute range)
        {
            schema["minimum"] = range.Least;
            schema["maximum"] = range.Most;
            if (range.Except.Length > 0)
            {
                schema["not"] = new JsonObject { ["enum"] = new JsonArray([.. range.Except.Select(n => (JsonNode)n)]) };
            }
        }
    }

    // What a property holds that nobody has set is what its absence means.
    private static JsonNode? Default(object? value) => value switch
    {
        bool flag => flag,
        int number => number,
        Enum name => RecordReader.SpellingOf(name),
        _ => null,
    };

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

        if (type == typeof(TimeSpan))
        {
            return new() { ["type"] = "string", ["pattern"] = "^[0-9]{1,12}[smhd]$" };
        }

        if (type.IsEnum)
        {
            return new() { ["enum"] = new JsonArray([.. Enum.GetValuesAsUnderlyingType(type).Cast<object>().Select(v => (JsonNode)RecordReader.SpellingOf((Enum)Enum.ToObject(type, v)))]) };
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>))
        {
            return new() { ["type"] = "object", ["additionalProperties"] = Value(type.GenericTypeArguments[1], spelling) };
        }

        if (type.GetCustomAttribute<ShorthandAttribute>() is { } shorthand)
        {
            return new() { ["anyOf"] = new JsonArray(Member(type.GetProperty(shorthand.Property)!, spelling), Object(type, spelling)) };
        }

        return type.IsClass && !type.IsGenericType ? Object(type, spelling) : throw new NotSupportedException($"No schema for {type}.");
    }
}
