using Zaguan.AccessLog;
using Zaguan.Applications;
using Zaguan.Budgets;
using Zaguan.Contracts;
using Zaguan.Contracts.Answers;
using Zaguan.OneTimeCodes;
using Zaguan.Tokens;
using Zaguan.Users;

namespace Zaguan.Login;

/// <summary>One login request, once it has been understood.</summary>
internal sealed class Attempt(Application application, string identifier, Secret password, bool wantsDirectory, Client client, DateTimeOffset at) : IDisposable
{
    /// <summary>Of an identifier, in the access log. A longer one is nobody's name.</summary>
    private const int LongestRecordedIdentifier = 256;

    public Application Application => application;

    public string Identifier => identifier;

    /// <summary>The identifier as it is compared; null where it cannot be anybody's.</summary>
    public string? Key { get; } = Names.TryKey(identifier);

    /// <summary>The attribute that the identifier is, where it is one.</summary>
    public (string Name, string Value)? Attribute => application.Contract.Attribute is { } name ? (name, identifier.Trim()) : null;

    public Secret Password { get; private set; } = password;

    /// <summary>Whether a one-time code stands behind the password.</summary>
    public CodesAsked CodesAsked { get; init; } = application.CodesAsked;

    /// <summary>The one that stood there.</summary>
    public GivenCode Code { get; set; } = GivenCode.NotAsked;

    /// <summary>The client asks that a directory checks the password.</summary>
    public bool WantsDirectory => wantsDirectory;

    /// <summary>What the request said beside them, by the index of the contract's field.</summary>
    public IReadOnlyList<Value>? Fields { get; init; }

    /// <summary>The request as it came; null where nobody will get it.</summary>
    public ReceivedRequest? Received { get; init; }

    public DateTimeOffset At => at;

    /// <summary>The node that answers.</summary>
    public string? Node { get; init; }

    public required Sender Sender { get; init; }

    /// <summary>What it is charged to: the user's account, or that of an identifier which nobody has.</summary>
    public BudgetSubject Subject(User? user) =>
        new(user is null ? Accounts.OfUnknown(application.Realm, Key is null ? identifier : application.AsksOthers ? Names.Fold(Key) : Key) : Accounts.Of(user), Sender.Address, Sender.IsShared);

    public Client Client => client;

    public AccessRecord Record(User? user, Outcome outcome) => new()
    {
        At = at.ToUnixTimeMilliseconds(),
        Application = application.Name,
        Realm = application.Realm,
        Identifier = Client.Clean(identifier, LongestRecordedIdentifier) ?? "",
        UserKey = user?.Key,
        IsSuccessful = outcome == Outcome.Granted,
        Outcome = outcome,
        Address = Addresses.Plain(client.Address).ToString(),
        Platform = client.Platform,
        UserAgent = client.UserAgent,
        ClientInfo = client.Info,
        Node = Node,
    };

    /// <summary>What a granted attempt opens; null where the application has neither token nor cookie.</summary>
    public Session? Session(User user, AnswerValues values)
    {
        if ((application.Tokens?.LifetimeFor(values) ?? application.Cookie?.Lifetime) is not { } lifetime)
        {
            return null;
        }

        var opened = at.ToUnixTimeMilliseconds();
        var token = application.Tokens?.Opaque?.Render(values);
        return new(Guid.NewGuid().ToString(), application.Name, user.Key, opened, opened + (long)lifetime.TotalMilliseconds)
        {
            Token = token,
            // What is kept of either is its hash.
            Cookie = token is not null ? Secret.FromText(token) : application.Cookie is null ? null : SessionCookie.NewSecret(),
        };
    }

    /// <summary>Takes the one-time code off the end of what was typed: from here on the password is what stands before it. Null: there is none.</summary>
    public Secret? TakeCodeOff()
    {
        if (AppendedCode.LengthIn(Password.Reveal()) is not { } length)
        {
            return null;
        }

        using var typed = Password;
        Password = new Secret(typed.Reveal()[..^length]);
        return new Secret(typed.Reveal()[^length..]);
    }

    public void Dispose()
    {
        Password.Dispose();
        Received?.Dispose();
    }
}
