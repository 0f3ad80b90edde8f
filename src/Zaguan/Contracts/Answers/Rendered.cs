namespace Zaguan.Contracts.Answers;

/// <summary>The answer to one request.</summary>
internal sealed class Rendered
{
    private readonly Answer answer;
    private readonly IReadOnlyList<(string Name, string Value)> headers = [];

    /// <param name="answer">What the contract has for an outcome; which of several it is, the values tell.</param>
    public Rendered(Answer answer, AnswerValues values)
    {
        this.answer = answer.Choose(values);
        Body = this.answer.Render(values);
        if (this.answer.HasHeaders)
        {
            headers = [.. this.answer.RenderHeaders(values)];
        }
    }

    public int Status => answer.Status;

    public string? ContentType => answer.ContentType;

    public ReadOnlyMemory<byte> Body { get; }

    public IHeaderDictionary Headers()
    {
        var written = new HeaderDictionary();
        Write(written);
        return written;
    }

    public async Task SendAsync(HttpResponse response)
    {
        response.StatusCode = Status;
        Write(response.Headers);
        if (Status != StatusCodes.Status204NoContent)
        {
            response.ContentLength = Body.Length;
            await response.Body.WriteAsync(Body);
        }
    }

    private void Write(IHeaderDictionary written)
    {
        if (ContentType is not null)
        {
            written.ContentType = ContentType;
        }

        foreach (var (name, value) in headers)
        {
            written.Append(name, value);
        }
    }
}
