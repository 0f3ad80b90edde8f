namespace Zaguan.Admin.Overviews;

/// <summary>The steps of a login (docs/operations.md), as the overview says them.</summary>
internal static class StepWords
{
    public static string Say(Visit visit, string step) => step switch
    {
        "find" => visit.Say("buscar al usuario", "finding the user"),
        "charge" => visit.Say("contar el intento", "counting the attempt"),
        "verify" => visit.Say("comprobar la contraseña", "checking the password"),
        "record" => visit.Say("anotarlo", "writing it down"),
        _ => step,
    };
}
