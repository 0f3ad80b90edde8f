using System.Reflection;
using System.Text;
using Zaguan.AspNetCore;
using Zaguan.Tests.House;

namespace Zaguan.Tests.AspNetCore;

/// <summary>What users of the package build on changes only where somebody means it.</summary>
public sealed class PublicApiTests
{
    private static readonly NullabilityInfoContext Nullability = new();

    [Fact]
    public void The_public_API_is_the_one_that_was_agreed_on()
    {
        var file = Path.Combine(Repository.Root, "tests", "Zaguan.Tests", "AspNetCore", "public-api.txt");
        var api = Render(typeof(ZaguanOptions).Assembly);
        if (Environment.GetEnvironmentVariable("ZAGUAN_WRITE_API") is "1")
        {
            File.WriteAllText(file, api);
        }

        File.ReadAllText(file).ShouldBe(api, "public-api.txt is generated: if the change is meant, run the tests once with ZAGUAN_WRITE_API=1 and commit it.");
    }

    [Fact]
    public void Every_public_type_and_member_is_documented()
    {
        var documented = File.ReadAllText(Path.ChangeExtension(typeof(ZaguanOptions).Assembly.Location, ".xml"));
        var members = typeof(ZaguanOptions).Assembly.GetExportedTypes().SelectMany(t => Members(t).Select(m => $"{t.FullName}.{m.Name}").Append(t.FullName!)).Distinct(StringComparer.Ordinal);

        members.Where(m => !documented.Contains($":{m}\"", StringComparison.Ordinal) && !documented.Contains($":{m}(", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    private static string Render(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (var type in assembly.GetExportedTypes().OrderBy(t => t.FullName, StringComparer.Ordinal))
        {
            text.Append(type.IsEnum ? "enum " : type is { IsAbstract: true, IsSealed: true } ? "static class " : type.IsSealed ? "sealed class " : "class ").Append(type.FullName);
            text.Append(type.IsEnum || type.BaseType == typeof(object) ? "" : $" : {type.BaseType}").Append('\n');
            foreach (var member in Members(type).Select(Render).Order(StringComparer.Ordinal))
            {
                text.Append("    ").Append(member).Append('\n');
            }
        }

        return text.ToString();
    }

    private static IEnumerable<MemberInfo> Members(Type type) => type
        .GetMembers(BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly)
        .Where(m => m is not MethodBase { IsSpecialName: true } and not ConstructorInfo && m.Name is not "value__");

    private static string Render(MemberInfo member) => member switch
    {
        FieldInfo { IsLiteral: true } field => $"{field.Name} = {field.GetRawConstantValue()}",
        PropertyInfo property => $"{Name(property.PropertyType, Nullability.Create(property))} {property.Name} {{ get;{(property.CanWrite ? " set;" : "")} }}",
        MethodInfo method => $"{Name(method.ReturnType, Nullability.Create(method.ReturnParameter))} {method.Name}({string.Join(", ", method.GetParameters().Select(Render))})",
        _ => member.ToString()!,
    };

    private static string Render(ParameterInfo parameter) =>
        $"{Name(parameter.ParameterType, Nullability.Create(parameter))} {parameter.Name}{(parameter.HasDefaultValue ? $" = {parameter.DefaultValue ?? "null"}" : "")}";

    private static string Name(Type type, NullabilityInfo nullability) =>
        type.IsGenericType && Nullable.GetUnderlyingType(type) is null
            ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(a => a.Name))}>{Mark(nullability)}"
            : $"{(Nullable.GetUnderlyingType(type) ?? type).Name}{Mark(nullability)}";

    private static string Mark(NullabilityInfo nullability) => nullability.ReadState == NullabilityState.Nullable ? "?" : "";
}
