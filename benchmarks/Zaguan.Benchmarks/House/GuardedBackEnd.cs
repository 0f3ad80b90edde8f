using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Zaguan.Benchmarks.House;

/// <summary>The back-end that the package guards, or does not: the benchmark starts itself as this. Else it is an application as the template makes it.</summary>
internal static class GuardedBackEnd
{
    public const string Argument = "back-end";
    public const string Path = "/api/planes";
    public const string Protected = "protected";

    /// <summary>The same, by ASP.NET Core's own two middlewares.</summary>
    public const string ProtectedByTwo = "protected-by-two";
    public const string Open = "open";
    public const string Origin = "http://localhost:44390";

    /// <summary>What all back-ends answer: as samples/Clinica does.</summary>
    public static readonly Answer Plans = new(Success: true, Warning: false, Message: null,
    [
        new(1, "PAR", "Particular", "Sin aseguradora", 0, "A"),
        new(2, "EPS-B", "EPS Plan Basico", "Rimac", 70, "A"),
        new(3, "EPS-A", "EPS Plan Adicional", "Rimac", 90, "A"),
        new(4, "SAL-F", "Salud Familiar", "Pacifico", 80, "A"),
        new(5, "ONC", "Programa Oncologico", "Pacifico", 100, "A"),
    ]);

    public static async Task RunAsync(string kind)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration["urls"] = "http://127.0.0.1:0";
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.PropertyNamingPolicy = null);
        if (kind is not Open)
        {
            builder.Services.AddAuthorization().AddAuthentication().AddZaguan(zaguan =>
                (zaguan.Secret, zaguan.Issuer, zaguan.Audience) = (builder.Configuration["BENCHMARK_SECRET"], Origin, Origin));
        }

        var app = builder.Build();
        if (kind is Protected)
        {
            app.UseZaguan();
        }

        var plans = app.MapGet(Path, () => Plans);
        if (kind is not Open)
        {
            plans.RequireAuthorization();
        }

        await app.RunAsync();
    }

    public static string AnswerText => JsonSerializer.Serialize(Plans);

    internal sealed record Answer(bool Success, bool Warning, string? Message, IReadOnlyList<Plan> Data);

    internal sealed record Plan(int Number, string Code, string Description, string Insurer, int CoveredPercent, string State);
}
