namespace Zaguan.Admin.Api;

/// <summary>What a field of a body or an answer is, for the document.</summary>
/// <param name="description">English.</param>
/// <param name="example">JSON; null: the description is enough.</param>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
internal sealed class ApiFieldAttribute(string description, string? example = null) : Attribute
{
    public string Description => description;

    public string? Example => example;
}
