namespace Zaguan.Admin.Pages;

internal sealed record Overview(long Users);
