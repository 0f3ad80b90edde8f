using Zaguan.Login;

namespace Zaguan.Admin.AccessPages;

/// <summary>What became of a login, as pages say it.</summary>
internal static class OutcomeWords
{
    public static string Say(Visit visit, Outcome outcome) => outcome switch
    {
        Outcome.Granted => visit.Say("entró", "logged in"),
        Outcome.UnknownUser => visit.Say("usuario desconocido", "unknown user"),
        Outcome.WrongPassword => visit.Say("contraseña incorrecta", "wrong password"),
        Outcome.Inactive => visit.Say("usuario desactivado", "user disabled"),
        Outcome.Locked => visit.Say("cuenta bloqueada", "account locked"),
        Outcome.Throttled => visit.Say("dirección bloqueada", "address locked"),
        Outcome.SourceNotAllowed => visit.Say("pidió un origen que no hay", "asked for a source that there is not"),
        Outcome.Malformed => visit.Say("petición ilegible", "unreadable request"),
        Outcome.Invalid => visit.Say("petición incompleta", "incomplete request"),
        Outcome.Busy => visit.Say("servidor saturado", "server too busy"),
        Outcome.Unavailable => visit.Say("sin base de datos", "no database"),
        Outcome.Failed => visit.Say("fallo de Zaguán", "fault of Zaguan"),
        Outcome.SourceUnavailable => visit.Say("el directorio o el sistema antiguo no responde", "directory or old system does not answer"),
        Outcome.SourceUnclear => visit.Say("respuesta incomprensible del directorio o del sistema antiguo", "unclear answer of directory or old system"),
        Outcome.LockedAtSource => visit.Say("bloqueada en el directorio o en el sistema antiguo", "locked in the directory or the old system"),
        Outcome.PasswordExpired => visit.Say("contraseña caducada", "password expired"),
        Outcome.PasswordMustChange => visit.Say("debe cambiar la contraseña", "must change the password"),
        Outcome.WrongCode => visit.Say("código de un solo uso incorrecto", "wrong one-time code"),
    };

    /// <summary>Tabler's colours: green for who entered, orange for who did not, red for what somebody must mend.</summary>
    public static string Badge(Outcome outcome) => outcome switch
    {
        Outcome.Granted => "badge bg-green-lt",
        Outcome.Busy or Outcome.Unavailable or Outcome.Failed or Outcome.SourceUnavailable or Outcome.SourceUnclear => "badge bg-red-lt",
        Outcome.UnknownUser or Outcome.WrongPassword or Outcome.Inactive or Outcome.Locked or Outcome.Throttled or Outcome.SourceNotAllowed or Outcome.Malformed or Outcome.Invalid
            or Outcome.LockedAtSource or Outcome.PasswordExpired or Outcome.PasswordMustChange or Outcome.WrongCode => "badge bg-orange-lt",
    };
}
