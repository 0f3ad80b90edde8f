using System.Text.Json.Serialization;

namespace Zaguan.Admin.Api;

/// <summary>Why a request was not done, RFC 9457 (application/problem+json).</summary>
internal sealed record ApiProblem(
    [property: ApiField("What kind of problem it is; about:blank says that the status tells.", "\"about:blank\"")] string Type,
    [property: ApiField("The status in words.", "\"Bad Request\"")] string Title,
    [property: ApiField("The status of the answer.", "400")] int Status,
    [property: ApiField("What is wrong and what to do.", "\"Nothing was changed.\"")] string Detail,
    [property: ApiField("What is wrong with single fields."), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<ApiFault>? Errors = null) : IResult, IStatusCodeHttpResult
{
    int? IStatusCodeHttpResult.StatusCode => Status;

    Task IResult.ExecuteAsync(HttpContext httpContext) => ApiDoor.RefuseAsync(httpContext, this);

    public static ApiProblem Of(int status, string detail, params IReadOnlyList<ApiFault> faults) =>
        new("about:blank", Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status), status, detail, faults.Count == 0 ? null : faults);

    /// <summary>What speaks against a change. The status is that of the first, unless something may not be done at all.</summary>
    public static ApiProblem Of(IReadOnlyList<Objection> objections) => Of(
        (objections.FirstOrDefault(o => o.Kind == ObjectionKind.Forbidden) ?? objections[0]).Kind switch
        {
            ObjectionKind.Wrong => StatusCodes.Status400BadRequest,
            ObjectionKind.Taken => StatusCodes.Status409Conflict,
            ObjectionKind.Forbidden => StatusCodes.Status403Forbidden,
        },
        "Nothing was changed; \"errors\" says what is wrong.",
        [.. objections.Select(o => ApiFault.At(o.Field, o.Sentence))]);

    public static ApiProblem NothingThere(string what) => Of(StatusCodes.Status404NotFound, $"There is no such {what}, or no longer.");

    public static ApiProblem Conflict(string sentence) => Of(StatusCodes.Status409Conflict, sentence);

    public static ApiProblem Busy() => Of(StatusCodes.Status503ServiceUnavailable, "Zaguan is busy and nothing was changed; try again in a moment.");
}

/// <summary>What is wrong, and where.</summary>
internal sealed record ApiFault(
    [property: ApiField("What is wrong and what to do.")] string Detail,
    [property: ApiField("The field of the body, a JSON Pointer as a URI fragment (RFC 6901).", "\"#/email\""), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Pointer = null,
    [property: ApiField("The parameter of the query.", "\"from\""), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Parameter = null)
{
    /// <param name="field">Of the body.</param>
    public static ApiFault At(string field, string detail) => new(detail, Pointer: $"#/{Uri.EscapeDataString(field.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal))}");

    public static ApiFault In(string parameter, string detail) => new(detail, Parameter: parameter);
}
