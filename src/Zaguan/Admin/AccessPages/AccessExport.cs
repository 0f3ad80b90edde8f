using System.Data.Common;
using System.Text;
using Zaguan.AccessLog;
using Zaguan.Commands;
using Zaguan.Storage;

namespace Zaguan.Admin.AccessPages;

/// <summary>The records that were searched for, all of them, the newest first, as a file: it is written as it is read, in the same memory whatever its length.</summary>
internal sealed class AccessExport(AccessLogSearch search, ILogger<AccessExport> logger)
{
    /// <summary>Records read at once.</summary>
    private const int Batch = 1_000;

    public Task<IResult> AnswerAsync(Visit visit)
    {
        var query = AccessQuery.Read(visit, Batch);
        AccessLogFormat? format = visit.Http.Request.Query["format"].ToString() switch
        {
            "csv" => AccessLogFormat.Csv,
            "jsonl" => AccessLogFormat.Jsonl,
            _ => null,
        };
        // The page says what is wrong with the filter.
        return Task.FromResult(format is { } known && query.Objections.Count == 0 ? new File(this, query.Filter, known) : ConsoleDoor.Go(visit, query.Path(AccessRoutes.AccessLog)));
    }

    private async Task WriteAsync(HttpContext http, AccessLogFilter filter, AccessLogFormat format)
    {
        var (name, type) = format == AccessLogFormat.Csv ? ("accesos.csv", "text/csv; charset=utf-8; header=present") : ("accesos.jsonl", "application/jsonl; charset=utf-8");
        http.Response.ContentType = type;
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"{name}\"";
        var text = new StringBuilder();
        await using var writer = new StringWriter(text, System.Globalization.CultureInfo.InvariantCulture);
        using var printer = new AccessLogPrinter(format, writer);
        try
        {
            long? before = filter.Before ?? long.MaxValue;
            while (before is not null)
            {
                var found = await search.FindAsync(filter with { Before = before });
                foreach (var record in found.Records)
                {
                    printer.Print(record);
                }

                printer.Flush();
                await http.Response.WriteAsync(text.ToString(), http.RequestAborted);
                text.Clear();
                before = found.Next;
            }
        }
        catch (Exception e) when (http.Response.HasStarted && e is DatabaseUnavailableException or DbException)
        {
            // Whoever saves it must see that it is not whole.
            logger.ExportBroke(e.Message);
            http.Abort();
        }
    }

    private sealed class File(AccessExport export, AccessLogFilter filter, AccessLogFormat format) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext) => export.WriteAsync(httpContext, filter, format);
    }
}

internal static partial class AccessExportLog
{
    [LoggerMessage(EventId = 1811, Level = LogLevel.Error, Message = "An export of the access log broke off: {Problem}")]
    public static partial void ExportBroke(this ILogger logger, string problem);
}
