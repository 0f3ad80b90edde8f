using System.Data.Common;
using System.Globalization;
using Zaguan.AccessLog;
using Zaguan.Applications;
using Zaguan.Budgets;
using Zaguan.Comparison;
using Zaguan.Contracts.Answers;
using Zaguan.Sources;
using Zaguan.Storage;
using Zaguan.Tokens;

namespace Zaguan.Login;

/// <summary>The path of a login. Everything else in the house serves <see cref="AnswerAsync"/>.</summary>
internal sealed class LoginEndpoint(Attempts attempts, BudgetGuard budgets, Database database, ServerSideCallers callers, LoginWitness witness)
{
    public async Task AnswerAsync(HttpContext http, Application application)
    {
        // 1. Decode.
        var request = await RequestReader.ReadAsync(http.Request, application, http.RequestAborted);
        if (request is null)
        {
            http.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
            return;
        }

        if (request.Refusal is { } refusal)
        {
            witness.Unread(application);
            await EncodeAsync(http, application, refusal, new Rendered(application.AnswerTo(refusal), new AnswerValues
            {
                Invalid = request.Invalid,
                Now = witness.Now,
                Request = application.Contract.Echo(null, request.Fields, http),
                Generated = application.Contract.NewGenerated(),
            }));
            return;
        }

        var client = Client.Of(http);
        using var attempt = new Attempt(application, request.Identifier, request.Password!, request.Directory, client, witness.Now)
        {
            Sender = callers.SenderOf(client.Address),
            Node = witness.Node,
            Fields = request.Fields,
            Received = request.Body is null ? null : new ReceivedRequest(request.Body, http.Request.Headers),
        };
        var (outcome, retryAfter) = (Outcome.Failed, TimeSpan.Zero);
        var values = new AnswerValues { Now = attempt.At, Request = application.Contract.Echo(request.Identifier, request.Fields, http), Generated = application.Contract.NewGenerated(), Settings = application.Settings };
        Rendered? answer = null;
        Reply? oldReply = null;
        try
        {
            // 2. Find whom the identifier means, and charge the account and the address before anything is verified.
            var user = await attempts.FindAsync(attempt);
            var charging = await attempts.ChargeAsync(attempt, user, http.RequestAborted);
            retryAfter = charging.RetryAfter;

            // 3. Verify. From here on nothing is cancelled: a client that hangs up has guessed all the same.
            var verdict = await attempts.VerifyAsync(attempt, user, charging);

            // 4. and 5. Settle the budgets, record the attempt and open the session: one transaction, on disk before the answer.
            var record = await attempts.RecordAsync(attempt, user, verdict, charging.Charge, (db, granted, accessId) => OpenAsync(db, attempt, verdict, values with { User = granted, AccessId = accessId }));
            (outcome, user) = (record.Outcome, record.User);

            // 6. Issue the token, and the cookie.
            var seconds = RetryAfterSeconds(outcome, retryAfter);
            values = values with { AccessId = record.AccessId, RetryAfter = seconds, RetryAt = seconds is { } s ? witness.Now.AddSeconds(s) : null, AttemptsLeft = await AttemptsLeftAsync(application, outcome, charging.Charge) };
            answer = new Rendered(application.AnswerTo(outcome, user), Issue(application, record.Opened, values with { User = user }));
            oldReply = verdict.OldReply;
            if (record.Opened?.Cookie is { } cookie && oldReply is null)
            {
                application.Cookie?.Set(http.Response, cookie);
            }
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client hung up while it waited for its charge: nothing was verified and nobody listens.
            return;
        }
        catch (DatabaseUnavailableException e)
        {
            witness.DatabaseIsUnavailable(application, e);
            outcome = Outcome.Unavailable;
        }
        catch (Exception e)
        {
            // The one boundary at which a fault of ours becomes the contract's answer.
            outcome = await RecordFaultAsync(attempt, e);
        }

        // 7. Encode; while the application is compared with its old system, hand that one's reply on.
        if (oldReply is not null)
        {
            await HandOnAsync(http, attempt, outcome, oldReply, answer!);
            return;
        }

        await EncodeAsync(http, application, outcome, answer ?? new Rendered(application.AnswerTo(outcome), values), retryAfter);
    }

    /// <summary>What a contract says to another HTTP method than its own, where it says anything.</summary>
    public async Task RefuseMethodAsync(HttpContext http, Application application)
    {
        if (application.AnswerToWrongMethod is { } answer)
        {
            await new Rendered(answer, new AnswerValues { Now = witness.Now, Generated = application.Contract.NewGenerated() }).SendAsync(http.Response);
        }
    }

    /// <summary>Within the transaction that records the attempt: the session of whoever is granted. A token that no client gets opens nothing.</summary>
    private static async Task<Session?> OpenAsync(DbConnection db, Attempt attempt, Verdict verdict, AnswerValues values)
    {
        var session = attempt.Session(values.User!, values);
        if (session is not null && verdict.OldReply is null)
        {
            await SessionStore.OpenAsync(db, session, values.AccessId!.Value);
        }

        return session;
    }

    /// <summary>What the answer says of the session, its token included.</summary>
    private static AnswerValues Issue(Application application, Session? session, AnswerValues values)
    {
        if (session is null)
        {
            return values;
        }

        values.SessionId = session.Id;
        values.ExpiresAt = DateTimeOffset.FromUnixTimeMilliseconds(session.ExpiresAt);
        values.RefreshExpiresAt = application.Tokens?.Refresh?.ExpiryOf(session);
        values.RefreshToken = application.Tokens?.Refresh?.Issue(session, values);
        values.Token = session.Token ?? application.Tokens?.Issuer?.Issue(session, values);
        return values;
    }

    /// <summary>Only for a contract that tells, and of an account that nobody has too.</summary>
    private async Task<long?> AttemptsLeftAsync(Application application, Outcome outcome, Charge? charge)
    {
        if (charge is null || !application.Contract.NamesAttemptsLeft || outcome is not (Outcome.UnknownUser or Outcome.WrongPassword or Outcome.WrongCode))
        {
            return null;
        }

        try
        {
            return await budgets.LeftAsync(charge.Subject);
        }
        catch (DatabaseUnavailableException)
        {
            // The attempt is settled and recorded, and its answer is that of its outcome.
            return null;
        }
    }

    private async Task<Outcome> RecordFaultAsync(Attempt attempt, Exception fault)
    {
        witness.Failed(attempt.Application, fault);
        try
        {
            await database.WriteAsync(db => AccessLogStore.AppendAsync(db, attempt.Record(null, Outcome.Failed)));
            return Outcome.Failed;
        }
        catch (DatabaseUnavailableException)
        {
            return Outcome.Unavailable;
        }
        catch (DbException e)
        {
            // The table of records itself is broken. The client still gets the contract's answer.
            witness.Failed(attempt.Application, e);
            return Outcome.Failed;
        }
    }

    private async Task EncodeAsync(HttpContext http, Application application, Outcome outcome, Rendered answer, TimeSpan retryAfter = default)
    {
        witness.Answered(application, outcome);
        if (RetryAfterSeconds(outcome, retryAfter) is { } seconds)
        {
            http.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        await answer.SendAsync(http.Response);
    }

    /// <summary>The client hears what the old system said; where Zaguan would have said something else, it is logged and counted.</summary>
    private async Task HandOnAsync(HttpContext http, Attempt attempt, Outcome outcome, Reply old, Rendered answer)
    {
        var application = attempt.Application;
        witness.Answered(application, outcome);
        var ours = new Reply(answer.Status, answer.Headers(), answer.Body);
        witness.Compared(attempt, () => ReplyComparer.Compare(application.Contract, old, ours, [attempt.Password]));
        var response = http.Response;
        response.StatusCode = old.Status;
        foreach (var (name, values) in ReceivedRequest.HandedBack(old.Headers))
        {
            response.Headers[name] = values;
        }

        if (old.Body.Length > 0)
        {
            response.ContentLength = old.Body.Length;
            await response.Body.WriteAsync(old.Body);
        }
    }

    private static long? RetryAfterSeconds(Outcome outcome, TimeSpan refusedFor) => outcome switch
    {
        Outcome.Locked or Outcome.Throttled => Math.Max(1, (long)Math.Ceiling(refusedFor.TotalSeconds)),
        // Long enough for a queue to drain and for a database to come back.
        Outcome.Busy or Outcome.Unavailable or Outcome.SourceUnavailable or Outcome.SourceUnclear => 5,
        Outcome.Granted or Outcome.UnknownUser or Outcome.WrongPassword or Outcome.WrongCode or Outcome.Inactive or Outcome.SourceNotAllowed
            or Outcome.LockedAtSource or Outcome.PasswordExpired or Outcome.PasswordMustChange
            or Outcome.Malformed or Outcome.Invalid or Outcome.Failed => null,
    };
}
