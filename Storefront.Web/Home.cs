using System.Net.Mime;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Storefront.Web;

/// <summary>The front page.</summary>
internal static class Home
{
    private const string Html = """
        <!doctype html>
        <html lang="en">
        <head>
          <meta charset="utf-8">
          <meta name="viewport" content="width=device-width, initial-scale=1">
          <title>Shop</title>
          <style>body { font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 3rem auto; padding: 0 1rem; color-scheme: light dark }</style>
        </head>
        <body>
          <h1>Shop</h1>
          <p>The shop's pages come later. Its services are here already, behind this same address:</p>
          <ul>
            <li><code>/orders</code>: <code>create</code>, <code>find</code>, <code>addItem</code>, <code>removeItem</code>, <code>checkout</code></li>
            <li><code>/stock</code>: items and how many of them there are</li>
            <li><code>/payment</code>: users and their credit</li>
          </ul>
          <p>Documents: <a href="/stock/openapi/v1.json">stock</a>, <a href="/payment/openapi/v1.json">payment</a>.</p>
        </body>
        </html>
        """;

    public static ContentHttpResult Page() => TypedResults.Text(Html, MediaTypeNames.Text.Html, System.Text.Encoding.UTF8);
}
