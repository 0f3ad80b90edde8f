using System.Text.Json.Serialization;

namespace Clinica;

/// <summary>A row of CVN_PLAN_SEGURO.</summary>
internal sealed record InsurancePlan(
    [property: JsonPropertyName("id_plan_seguro")] int Number,
    [property: JsonPropertyName("codigo")] string Code,
    [property: JsonPropertyName("descripcion")] string Description,
    [property: JsonPropertyName("aseguradora")] string Insurer,
    [property: JsonPropertyName("cobertura")] decimal CoveredPercent,
    [property: JsonPropertyName("estado")] string State)
{
    public static readonly IReadOnlyList<InsurancePlan> All =
    [
        new(1, "PAR", "Particular", "Sin aseguradora", 0, "A"),
        new(2, "EPS-B", "EPS Plan Básico", "Rímac", 70, "A"),
        new(3, "EPS-A", "EPS Plan Adicional", "Rímac", 90, "A"),
        new(4, "SAL-F", "Salud Familiar", "Pacífico", 80, "A"),
        new(5, "ONC", "Programa Oncológico", "Pacífico", 100, "A"),
        new(6, "ESC", "Seguro Escolar 2019", "Mapfre", 60, "I"),
    ];

    [JsonIgnore]
    public bool IsActive => State is "A";
}
