namespace Zaguan.Admin.Entering;

/// <param name="Refusal">Why it was not taken; null: it is shown for the first time.</param>
/// <param name="ReturnTo">The page to come back to; not believed.</param>
/// <param name="Confirms">Whoever has entered says once more who they are.</param>
internal sealed record EnterForm(string? Refusal, string? ReturnTo, bool Confirms);

internal sealed record BeginForm(string Link, string Name, IReadOnlyList<string> Objections);

/// <param name="Image">PNG, base64.</param>
internal sealed record SecondFactorForm(string Image, string Letters, bool IsWrong);

internal sealed record RecoveryCodes(IReadOnlyList<string> Codes);
