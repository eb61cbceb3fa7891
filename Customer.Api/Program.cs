using Microsoft.AspNetCore.Http.HttpResults;
using ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();

var app = builder.Build();
app.MapDefaultEndpoints();
app.MapGet("/", Ok<string> () => TypedResults.Ok("Customer.Api: customers are not implemented yet.")).WithSummary("Says what this service can do so far.");
app.Run();
