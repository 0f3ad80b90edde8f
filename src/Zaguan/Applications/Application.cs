using System.Collections.Frozen;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Zaguan.BackEnds;
using Zaguan.Contracts;
using Zaguan.Contracts.Answers;
using Zaguan.Login;
using Zaguan.OneTimeCodes;
using Zaguan.Sources;
using Zaguan.Sources.Ldap;
using Zaguan.Tokens;
using Zaguan.Users;

namespace Zaguan.Applications;

/// <summary>A contract at work, immutable: what the login endpoint needs to know.</summary>
internal sealed class Application
{
    private readonly FrozenDictionary<AnswerName, Answer> answers;
    private readonly bool disclosesAccountState;
    private readonly IReadOnlyList<Source> directories = [];
    private readonly IReadOnlyList<Source> others = [];

    public Application(Contract contract, PropertyNaming naming, bool discloseAccountState)
    {
        Contract = contract;
        answers = AnswersOf(contract, naming);
        disclosesAccountState = discloseAccountState;
    }

    public static FrozenDictionary<AnswerName, Answer> AnswersOf(Contract contract, PropertyNaming naming) => naming switch
    {
        PropertyNaming.AsWritten => contract.Answers,
        PropertyNaming.CamelCase => contract.Answers.ToFrozenDictionary(a => a.Key, a => a.Value.CamelCased()),
    };

    public required string Name { get; init; }

    public required string Realm { get; init; }

    public Contract Contract { get; }

    /// <summary>The contract with the answers that this application gives: its way of writing names, and what it does not disclose left out.</summary>
    public Contract AsAnswered => Contract with { Answers = answers.Where(a => disclosesAccountState || !AnswerNames.DisclosesAccountState(a.Key)).ToFrozenDictionary() };

    /// <summary>Where passwords are checked, in this order.</summary>
    public required IReadOnlyList<Source> Sources
    {
        get;
        init
        {
            field = value;
            (directories, others) = ([.. value.Where(s => s == Source.Ldap)], [.. value.Where(s => s != Source.Ldap)]);
        }
    }

    /// <summary>How long all of them together may take, the local one aside.</summary>
    public required TimeSpan SourcesDeadline { get; init; }

    /// <summary>The old system's login endpoint; null: it is not asked.</summary>
    public required Upstream? Upstream { get; init; }

    /// <summary>The directory; null: none is asked.</summary>
    public required LdapDirectory? Directory { get; init; }

    /// <summary>Whether passwords are checked by somebody else too, who may read names otherwise.</summary>
    public bool AsksOthers => Sources is not [Source.Local];

    /// <summary>Whether clients get the old system's replies, and Zaguan's are only compared with them.</summary>
    public bool IsCompared => Upstream is { Mode: UpstreamMode.Compare };

    /// <summary>Whether a one-time code stands behind the password.</summary>
    public CodesAsked CodesAsked { get; init; }

    /// <summary>The path base and the contract's path.</summary>
    public required string Path { get; init; }

    public required IReadOnlyList<string> Hosts { get; init; }

    /// <summary>Null: no page of another origin may log in.</summary>
    public required CorsPolicy? Cors { get; init; }

    /// <summary>Null: no token is issued.</summary>
    public required ApplicationTokens? Tokens { get; init; }

    /// <summary>Null: a granted login sets no cookie.</summary>
    public required SessionCookie? Cookie { get; init; }

    /// <summary>Whether its users may sign in to My account.</summary>
    public bool HasAccount { get; init; }

    /// <summary>The other origins whose pages may log in and log out, by name.</summary>
    public required IReadOnlyList<string> AllowedOrigins { get; init; }

    /// <summary>What forward-auth lets pass, and what it tells the back-end.</summary>
    public required Guard Guard { get; init; }

    /// <summary>The settings that the contract's claims may name. No secret is among them.</summary>
    public required IReadOnlyDictionary<string, string> Settings { get; init; }

    /// <summary>Whether an answer of its contract tells strangers which accounts exist, and may.</summary>
    public bool DisclosesAccountState => disclosesAccountState && Contract.DisclosesAccountState;

    /// <summary>Those that an attempt may be verified by: a flag of the request chooses among those that are listed, and adds none.</summary>
    public IReadOnlyList<Source> SourcesFor(bool wantsDirectory) => wantsDirectory ? directories : Contract.AsksForDirectories ? others : Sources;

    /// <summary>Null: 405 says it all.</summary>
    public Answer? AnswerToWrongMethod => answers.GetValueOrDefault(AnswerName.WrongMethod);

    /// <param name="user">Whom the attempt was for; null: nobody knows.</param>
    public Answer AnswerTo(Outcome outcome, User? user = null)
    {
        var name = outcome is Outcome.WrongPassword or Outcome.WrongCode && user is { Active: false } && Contract.InactiveBeforePassword ? AnswerName.Inactive : AnswerNames.Of(outcome);
        while (!answers.ContainsKey(name) || (AnswerNames.DisclosesAccountState(name) && !disclosesAccountState))
        {
            // The three at the ends of the chains are always there: the compiler of contracts sees to it.
            name = AnswerNames.Fallback(name)!.Value;
        }

        return answers[name];
    }
}
