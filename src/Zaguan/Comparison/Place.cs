using System.Text.Json;
using Zaguan.Contracts;
using Zaguan.Contracts.Templates;

namespace Zaguan.Comparison;

/// <summary>What a contract says of one place in the body of a reply. Immutable; a step into the body is another place.</summary>
internal sealed class Place
{
    // Of the answers that the two replies are, as far as anybody can tell.
    private readonly IReadOnlyList<Template> expected;

    // Of all answers of the contract: what could be a token is not shown, whichever answer it is.
    private readonly IReadOnlyList<Template> possible;

    private readonly bool isNamedLikeSecret;

    private Place(IReadOnlyList<Template> expected, IReadOnlyList<Template> possible, bool isNamedLikeSecret)
    {
        this.expected = expected;
        this.possible = possible;
        this.isNamedLikeSecret = isNamedLikeSecret;
    }

    /// <summary>The whole body.</summary>
    public static Place Of(Contract contract, params IEnumerable<(int Status, JsonElement Body)> replies) =>
        new([.. replies.SelectMany(r => Likeliest(contract, r.Status, r.Body)).Distinct()], [.. Bodies(contract)], isNamedLikeSecret: false);

    /// <summary>Another in every reply (a token, the number of an access record, an instant): only its presence and its type are compared.</summary>
    public bool IsVolatile => expected.Any(HasVolatile);

    /// <summary>The contract says it word for word.</summary>
    public bool IsLiteral => expected.Any(t => t is ConstantTemplate or TextTemplate);

    /// <summary>Some answer of the contract has something here.</summary>
    public bool IsKnown => possible.Count > 0;

    public bool MayBeShown => !isNamedLikeSecret && expected.Any(t => t is ConstantTemplate or TextTemplate or PlaceholderTemplate or MatchTemplate) && !possible.Any(HasVolatile);

    // Names are compared ignoring case: an application may answer in camelCase what the contract writes in another.
    public Place Member(string name) => new(
        [.. expected.SelectMany(t => Member(t, name))],
        [.. possible.SelectMany(t => Member(t, name))],
        isNamedLikeSecret || SecretNames.Has(name));

    public Place Element() => new([.. expected.SelectMany(Elements)], [.. possible.SelectMany(Elements)], isNamedLikeSecret);

    private static IEnumerable<Template> Bodies(Contract contract) => contract.Answers.Values.SelectMany(a => a.All).Select(a => a.Body).OfType<Template>();

    private static IEnumerable<Template> Member(Template template, string name) => template switch
    {
        MatchTemplate match => match.Cases.Select(c => c.Value).Append(match.Else).SelectMany(c => Member(c, name)),
        EachTemplate { Key: not null } each => [each.Item],
        ObjectTemplate @object => @object.Members.Where(m => string.Equals(m.Name, name, StringComparison.OrdinalIgnoreCase)).Select(m => m.Value),
        // An attribute that is an object or a list: all that is in it came with it.
        PlaceholderTemplate => [template],
        _ => [],
    };

    private static IEnumerable<Template> Elements(Template template) => template switch
    {
        MatchTemplate match => match.Cases.Select(c => c.Value).Append(match.Else).SelectMany(Elements),
        ListTemplate list => list.Items.SelectMany(i => i is not EachTemplate each ? [i] : each.Spreads ? Elements(each.Item) : [each.Item]),
        PlaceholderTemplate => [template],
        _ => [],
    };

    private static bool HasVolatile(Template template) => template switch
    {
        PlaceholderTemplate { Placeholder: var only } => IsVolatileName(only.Name),
        MatchTemplate match => match.Cases.Select(c => c.Value).Append(match.Else).Any(HasVolatile),
        TextTemplate { Parts: var parts } => parts.Any(p => p.Placeholder is { } placeholder && IsVolatileName(placeholder.Name)),
        _ => false,
    };

    /// <summary>Everything but what is known of a user and a role, and the name of a field.</summary>
    private static bool IsVolatileName(string name) =>
        !(name.StartsWith("user.", StringComparison.Ordinal) || name.StartsWith("role.", StringComparison.Ordinal) || name is Vocabulary.ItemName || name.StartsWith("item.", StringComparison.Ordinal));

    /// <summary>The answers of this status (of any, where there is none of it) whose literals agree best with the reply; all that agree alike.</summary>
    private static IEnumerable<Template> Likeliest(Contract contract, int status, JsonElement body)
    {
        var all = contract.Answers.Values.SelectMany(a => a.All).Where(a => a.Body is not null).ToList();
        var ofStatus = all.Where(a => a.Status == status).ToList();
        var candidates = (ofStatus.Count > 0 ? ofStatus : all).Select(a => (Template: a.Body!, Agreement: Agreement(a.Body!, body))).ToList();
        return candidates.Where(c => c.Agreement == candidates.Max(o => o.Agreement)).Select(c => c.Template);
    }

    private static int Agreement(Template template, JsonElement value) => template switch
    {
        ConstantTemplate constant => JsonElement.DeepEquals(JsonElement.Parse(constant.Json), value) ? 1 : -1,
        ObjectTemplate @object when value.ValueKind == JsonValueKind.Object => @object.Members.Sum(m => Agreement(m, value)),
        ObjectTemplate => -1,
        ListTemplate => value.ValueKind == JsonValueKind.Array ? 0 : -1,
        // A placeholder agrees with everything, and says nothing.
        _ => 0,
    };

    private static int Agreement(MemberTemplate member, JsonElement value)
    {
        var found = value.EnumerateObject().FirstOrDefault(p => string.Equals(p.Name, member.Name, StringComparison.OrdinalIgnoreCase)).Value;
        return found.ValueKind == JsonValueKind.Undefined ? (member.Optional ? 0 : -1) : Agreement(member.Value, found);
    }
}
