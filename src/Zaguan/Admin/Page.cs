using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Microsoft.AspNetCore.Components.Web;

namespace Zaguan.Admin;

/// <summary>A page of the console, or a piece of one: a component that is rendered here and sent as HTML. It finds the visit and its model as cascading values.</summary>
/// <param name="model">What it shows: a record of the component's own.</param>
internal sealed class Page(Type component, Visit visit, object? model, int status) : IResult, IStatusCodeHttpResult
{
    public int? StatusCode => status;

    public static Page Of<T>(Visit visit, object? model = null, int status = StatusCodes.Status200OK)
        where T : IComponent => new(typeof(T), visit, model, status);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var services = httpContext.RequestServices;
        await using var renderer = new HtmlRenderer(services, services.GetRequiredService<ILoggerFactory>());
        RenderFragment page = builder => Open(builder, component);
        var content = Cascade(visit, model is null ? page : Cascade(model, page));
        // The whole of it before the first byte is sent: what fails is an error, and no half of a page.
        var html = await renderer.Dispatcher.InvokeAsync(async () =>
            (await renderer.RenderComponentAsync<Root>(ParameterView.FromDictionary(new Dictionary<string, object?>(StringComparer.Ordinal) { [nameof(Root.Content)] = content }))).ToHtmlString());
        httpContext.Response.Headers.ContentDisposition = default;
        httpContext.Response.StatusCode = status;
        httpContext.Response.ContentType = "text/html; charset=utf-8";
        await httpContext.Response.WriteAsync(html);
    }

    private static RenderFragment Cascade(object value, RenderFragment content) => builder =>
    {
        builder.OpenComponent(0, typeof(CascadingValue<>).MakeGenericType(value.GetType()));
        builder.AddComponentParameter(1, "Value", value);
        builder.AddComponentParameter(2, "IsFixed", true);
        builder.AddComponentParameter(3, "ChildContent", content);
        builder.CloseComponent();
    };

    private static void Open(RenderTreeBuilder builder, Type type)
    {
        builder.OpenComponent(0, type);
        builder.CloseComponent();
    }

    private sealed class Root : ComponentBase
    {
        [Parameter]
        public RenderFragment? Content { get; set; }

        protected override void BuildRenderTree(RenderTreeBuilder builder) => builder.AddContent(0, Content);
    }
}
