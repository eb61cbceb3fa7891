using ServiceDefaults;
using Storefront.Web;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();

var app = builder.Build();
app.MapDefaultEndpoints();
app.MapGet("/", Home.Page).WithSummary("The shop's front page.");
app.Run();
