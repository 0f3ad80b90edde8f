using System.Collections.Frozen;
using Zaguan.Contracts.Templates;

namespace Zaguan.Contracts;

/// <summary>A contract, compiled and immutable.</summary>
internal sealed record Contract(
    string Name,
    string Title,
    string Path,
    string Method,
    Identifies Identifies,
    RequestDecoder Decoder,
    FrozenDictionary<AnswerName, Answer> Answers,
    TokenContract? Token)
{
    public bool DisclosesAccountState => Answers.Keys.Any(AnswerNames.DisclosesAccountState);
}

/// <summary>What a contract says of its token. Which settings it names is known; their values come with the application.</summary>
/// <param name="SecretSetting">The setting that holds the signing secret.</param>
/// <param name="Settings">The settings that lifetime and claims name, without "config."; the secret is never among them.</param>
internal sealed record TokenContract(
    bool Optional,
    string SecretSetting,
    TextTemplate Lifetime,
    ObjectTemplate Claims,
    IReadOnlyList<NameUse> Settings);
