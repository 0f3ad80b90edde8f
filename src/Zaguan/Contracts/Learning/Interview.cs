using System.Net;
using System.Net.Http.Headers;
using Zaguan.Login;
using Zaguan.Sources;

namespace Zaguan.Contracts.Learning;

/// <summary>Asks an endpoint, one question after the other, with a pause before each. Whatever it answers is kept without the password.</summary>
internal sealed class Interview(ReplyClient client, Uri url, TimeSpan pause, TimeProvider clock)
{
    /// <summary>Called before each question.</summary>
    public Action<Question> Asking { get; init; } = _ => { };

    /// <returns>What was answered; or why asking went no further, as a sentence.</returns>
    /// <exception cref="OperationCanceledException">It was interrupted.</exception>
    public async Task<(IReadOnlyList<Exchange> Exchanges, string? Objection)> AskAsync(IReadOnlyList<Question> questions, Secret password, Notes notes, CancellationToken interrupted)
    {
        var exchanges = new List<Exchange>();
        var forms = new PasswordForms(password);
        foreach (var (i, question) in questions.Index())
        {
            if (i > 0 && pause > TimeSpan.Zero)
            {
                await Task.Delay(pause, clock, interrupted);
            }

            Asking(question);
            using var request = RequestOf(question);
            var asked = await client.AskAsync(request, interrupted);
            if (asked.Reply is { } reply)
            {
                exchanges.Add(new(question, forms.Hide(reply, notes), clock.GetUtcNow()) { Password = forms });
            }
            else if (question.Kind is QuestionKind.RightLogin or QuestionKind.WrongPassword)
            {
                return (exchanges, $"{url} could not be asked ({question.About.TrimEnd('.')}): {asked.Failure}. Nothing was written.");
            }
            else
            {
                notes.Add($"{question.About} Nothing was answered: {asked.Failure}.");
            }

            if (question.Kind == QuestionKind.WrongPassword && Alike.Are(exchanges[0], exchanges[^1]))
            {
                return (exchanges, $"{url} answered the right login and a wrong password alike (status {asked.Reply?.Status}), so one of both is not what it should be: look at identifier, password and the fields of the request. Nothing more was asked, and nothing was written.");
            }
        }

        return (exchanges, null);
    }

    private HttpRequestMessage RequestOf(Question question)
    {
        var request = new HttpRequestMessage(HttpMethod.Parse(question.Method), url) { Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.ConnectionClose = true;
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("zaguan-learn", null));
        request.Headers.TryAddWithoutValidation("Accept", "application/json");
        if (question.Kind != QuestionKind.OtherMethod)
        {
            request.Content = new ReadOnlyMemoryContent(question.Body);
            request.Content.Headers.TryAddWithoutValidation("Content-Type", question.ContentType);
        }

        foreach (var (name, value) in question.Headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }
}
