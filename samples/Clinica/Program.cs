using System.Text.Encodings.Web;
using System.Text.Unicode;
using Clinica;

var builder = WebApplication.CreateBuilder(args);
var settings = builder.Configuration;
builder.Services.AddAuthentication().AddZaguan(zaguan =>
{
    // A setting that is missing is empty here, and an empty one is refused when the application starts.
    zaguan.Secret = settings["JWT_SECRET_KEY"] ?? "";
    zaguan.Issuer = settings["JWT_ISSUER_TOKEN"] ?? "";
    zaguan.Audience = settings["JWT_AUDIENCE_TOKEN"] ?? "";
    // Without these two it works, and a revoked token is good until it expires.
    zaguan.Address = settings["ZAGUAN_ADDRESS"];
    zaguan.BackEndKey = settings["ZAGUAN_BACKEND_KEY"];
});
builder.Services.AddAuthorization();
builder.Services.AddHealthChecks().AddZaguan();
// Names and accents as the clients have always had them.
builder.Services.ConfigureHttpJsonOptions(json =>
{
    json.SerializerOptions.PropertyNamingPolicy = null;
    json.SerializerOptions.Encoder = JavaScriptEncoder.Create(UnicodeRanges.All);
});

var app = builder.Build();
app.UseZaguan();
app.MapPost("/api/CVN_PLAN_SEGURO/GetAllActives", () => Envelope.Of(InsurancePlan.All.Where(p => p.IsActive).ToList())).RequireAuthorization();
app.MapHealthChecks("/health");
app.Run();
