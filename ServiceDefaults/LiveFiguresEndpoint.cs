using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ServiceDefaults;

/// <summary>Exposes <see cref="LiveFigures"/> to the storefront. The gateway does not route it.</summary>
internal static class LiveFiguresEndpoint
{
    public static void MapLiveFigures(this WebApplication app) => app.MapGet("/internal/figures", static (LiveFigures figures) =>
        TypedResults.Json(figures.Read(), FiguresJson.Default.FigureReport)).DisableHttpMetrics().ExcludeFromDescription();
}
