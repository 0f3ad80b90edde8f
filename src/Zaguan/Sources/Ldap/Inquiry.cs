using Zaguan.Login;
using Zaguan.Users;

namespace Zaguan.Sources.Ldap;

/// <summary>One question to a directory: is this password right? It knows whether the password is on its way.</summary>
internal sealed class Inquiry(User? user, LoginName name, string password, TimeSpan within, TimeProvider clock)
{
    private const int Waiting = 0;
    private const int Sent = 1;
    private const int GivenUp = 2;

    private readonly long began = clock.GetTimestamp();
    private int state = Waiting;

    /// <summary>Whom the identifier means here; null: nobody.</summary>
    public User? User => user;

    public LoginName Name => name;

    /// <summary>A text, and not to be wiped: the library takes no other.</summary>
    public string Password => password;

    public TaskCompletionSource<Finding> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool WasSent => Volatile.Read(ref state) == Sent;

    public bool IsGivenUp => Volatile.Read(ref state) == GivenUp;

    public TimeSpan Remaining() => within - clock.GetElapsedTime(began);

    /// <summary>From here on the guess is spent, whatever comes back. False: whoever asked has gone, and nothing may be sent.</summary>
    public bool TrySend() => Interlocked.CompareExchange(ref state, Sent, Waiting) == Waiting;

    /// <summary>Nobody waits any more. True: nothing was sent, and nothing will be.</summary>
    public bool TryGiveUp() => Interlocked.CompareExchange(ref state, GivenUp, Waiting) == Waiting;
}

/// <summary>What a directory made of an inquiry.</summary>
/// <param name="Verdict">For the login.</param>
/// <param name="Answered">False: no server answered, which is the directory's fault and nobody's password.</param>
internal sealed record Finding(Verdict Verdict, bool Answered = true)
{
    public Finding(Outcome outcome)
        : this(new Verdict(outcome))
    {
    }
}
