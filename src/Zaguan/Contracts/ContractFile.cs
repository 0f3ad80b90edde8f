using System.ComponentModel;
using System.Text.Json.Serialization;
using Zaguan.Contracts.Answers;
using Zaguan.Contracts.Requests;
using Zaguan.Reading;

namespace Zaguan.Contracts;

/// <summary>What the author of a contract writes. <see cref="ContractCompiler"/> turns it into a <see cref="Contract"/>.</summary>
[Description("One application's login contract: how its request is read and how each outcome is answered.")]
internal sealed record ContractFile
{
    [JsonPropertyName("$schema")]
    [Description("Where an editor finds this schema; Zaguan does not read it.")]
    public string? Schema { get; init; }

    [Description("The application's name, as people call it.")]
    [Form(@"^\s*\S[\s\S]*$", "A title is the application's name, as people call it, and not empty.")]
    public required string Title { get; init; }

    [Description("How the login request is read.")]
    public required RequestFile Request { get; init; }

    [Description("What each outcome answers. An outcome without an answer of its own takes the next one: unknownUser, wrongPassword, inactive, locked, throttled → refused; malformed → invalid → refused; busy → unavailable → failed.")]
    public required AnswersFile Answers { get; init; }

    [Description("The token that {token} stands for. Absent: the application answers no token.")]
    public TokenFile? Token { get; init; }

    [Description("What of the order of checks clients of the old system see.")]
    public PolicyFile Policy { get; init; } = new();
}

[Description("What of the order of checks clients of the old system see. It changes answers and nothing else: every attempt is charged, verified and recorded alike.")]
internal sealed record PolicyFile
{
    [Description("True: a disabled user is answered \"inactive\" whatever the password is. False: only to the right password.")]
    public bool InactiveBeforePassword { get; init; }
}
