namespace Zaguan.Admin.Pages;

/// <summary>What a page that says one thing says, and where it leads.</summary>
/// <param name="Next">Null: nowhere.</param>
internal sealed record Saying(string Title, string Sentence, string? Next = null, string? NextName = null)
{
    public static Saying OfNoDatabase(Visit visit) => new(
        visit.Say("La base de datos no responde", "The database does not answer"),
        visit.IsForUsers
            ? visit.Say("Espere un momento y vuelva a intentarlo. Si cambiaba algo, mire si el cambio se hizo.", "Wait a moment and try again. If you were changing something, see whether it was changed.")
            : HttpMethods.IsGet(visit.Http.Request.Method)
            ? visit.Say("Espere un momento y vuelva a intentarlo; zaguan doctor dice qué le pasa.", "Wait a moment and try again; zaguan doctor says what is the matter.")
            : visit.Say("Si cambiaba algo, mire si el cambio se hizo antes de repetirlo. zaguan doctor dice qué le pasa.", "If you were changing something, see whether it was changed before you repeat it. zaguan doctor says what is the matter."),
        HttpMethods.IsGet(visit.Http.Request.Method) ? visit.PathAndQuery : ConsoleDoor.PageBehind(visit),
        visit.Say("Volver a intentarlo", "Try again"));

    public static Saying OfFault(Visit visit) => new(
        visit.Say("Algo ha fallado", "Something failed"),
        visit.IsForUsers
            ? visit.Say("Dígaselo a quien lleva el sistema. Si cambiaba algo, mire si el cambio se hizo.", "Tell whoever runs the system. If you were changing something, see whether it was changed.")
            : visit.Say("El registro del servidor dice qué. Si cambiaba algo, mire si el cambio se hizo.", "The server's log says what. If you were changing something, see whether it was changed."),
        visit.Home,
        visit.Say("Ir al inicio", "Go to the start"));

    public static Saying OfBadRequest(Visit visit) => new(
        visit.Say("La petición no se entiende", "The request cannot be understood"),
        visit.Say("No se ha cambiado nada. Vuelva a la página y rellene el formulario otra vez.", "Nothing was changed. Go back to the page and fill in the form again."),
        visit.Home,
        visit.Say("Ir al inicio", "Go to the start"));

    public static Saying OfForeignForm(Visit visit) => new(
        visit.Say("Este formulario no es de esta sesión", "This form is not of this session"),
        visit.Say("No se ha cambiado nada. La página era antigua o venía de otro sitio: ábrala otra vez y repita lo que quería hacer.", "Nothing was changed. The page was old or came from another site: open it again and repeat what you wanted to do."),
        visit.Home,
        visit.Say("Ir al inicio", "Go to the start"));

    public static Saying OfMissingRole(Visit visit, AdminRole least) => new(
        visit.Say("Su papel no permite esto", "Your role does not allow this"),
        visit.Say($"Hace falta ser {Roles.Name(visit, least)}; usted es {Roles.Name(visit, visit.Admin.Role)}.", $"It takes the role {Roles.Name(visit, least)}; yours is {Roles.Name(visit, visit.Admin.Role)}."),
        visit.Home,
        visit.Say("Ir al inicio", "Go to the start"));

    public static Saying OfNothingThere(Visit visit) => new(
        visit.Say("Aquí no hay nada", "There is nothing here"),
        visit.Say("Lo que busca no existe, o ya no.", "What you look for does not exist, or no longer."),
        visit.Home,
        visit.Say("Ir al inicio", "Go to the start"));
}

/// <summary>The roles' names as pages say them.</summary>
internal static class Roles
{
    public static string Name(Visit visit, AdminRole role) => role switch
    {
        AdminRole.Auditor => visit.Say("auditor", "auditor"),
        AdminRole.Operator => visit.Say("operador", "operator"),
        AdminRole.Administrator => visit.Say("administrador", "administrator"),
    };
}
