using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using Customer.Api.Configuration;
using Customer.Api.Customers;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using ServiceDefaults;

namespace Customer.Api.Stress;

/// <summary>Endpoints with large responses and large requests.</summary>
internal static class PayloadEndpoints
{
    public static void MapPayloads(this RouteGroupBuilder stress, CustomerSettings settings)
    {
        stress.MapGet("/large-payload", SendPayload).WithName("SendLargePayload").ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .WithSummary("Returns size_kb of text, up to max_payload_size_kb.");
        stress.MapPost("/large-payload", EchoPayloadAsync).WithName("EchoLargePayload").ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .WithMetadata(new RequestSizeLimitAttribute(settings.MaxPayloadSizeKb * 1024L))
            .WithSummary("Returns the body (JSON as JSON, anything else as Base64), its size and its digest. The body is limited to max_payload_size_kb.");
    }

    private static IResult SendPayload([FromQuery(Name = "size_kb")] string? sizeKb, CustomerSettings settings)
    {
        var errors = new FieldErrors();
        var size = errors.Number(sizeKb, "size_kb", 1, int.MaxValue, ifMissing: 1);
        if (errors.Any) return errors.ToProblem();
        if (size > settings.MaxPayloadSizeKb) return TooLarge(settings);
        return new JsonResult(json =>
        {
            json.WriteStartObject();
            json.WriteString("instance_id", settings.InstanceId);
            json.WriteNumber("size_kb", size);
            json.WriteString("payload", Padding.Of(size * 1024));
            json.WriteEndObject();
        });
    }

    private static async Task<IResult> EchoPayloadAsync(HttpRequest request, CustomerSettings settings, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream((int)Math.Min(request.ContentLength ?? 0, settings.MaxPayloadSizeKb * 1024L));
        try
        {
            await request.Body.CopyToAsync(body, cancellationToken);
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return TooLarge(settings);
        }

        var bytes = new ReadOnlyMemory<byte>(body.GetBuffer(), 0, (int)body.Length);
        JsonDocument? echo = null;
        if (request.HasJsonContentType())
        {
            try
            {
                echo = JsonDocument.Parse(bytes);
            }
            catch (JsonException e)
            {
                return Problems.Invalid($"The body is not valid JSON: {e.Message}");
            }
        }

        using (echo)
        {
            var digest = Convert.ToHexStringLower(SHA256.HashData(bytes.Span));
            var answer = new ArrayBufferWriter<byte>(bytes.Length + 512);
            using (var json = new Utf8JsonWriter(answer)) WriteEcho(json, request.ContentType, bytes.Span, digest, echo, settings);
            return TypedResults.Bytes(answer.WrittenMemory, "application/json; charset=utf-8");
        }
    }

    private static void WriteEcho(
        Utf8JsonWriter json, string? contentType, ReadOnlySpan<byte> bytes, string digest, JsonDocument? echo, CustomerSettings settings)
    {
        json.WriteStartObject();
        json.WriteString("instance_id", settings.InstanceId);
        json.WriteString("content_type", contentType);
        json.WriteNumber("received_bytes", bytes.Length);
        json.WriteString("sha256", digest);
        if (echo is null)
        {
            json.WriteBase64String("payload_base64", bytes);
        }
        else
        {
            json.WritePropertyName("payload");
            echo.WriteTo(json);
        }

        json.WriteEndObject();
    }

    private static ProblemHttpResult TooLarge(CustomerSettings settings) => TypedResults.Problem(
        $"A payload can have at most {settings.MaxPayloadSizeKb} kB (max_payload_size_kb).", statusCode: StatusCodes.Status413PayloadTooLarge,
        title: "Body too large", type: "urn:shop:problem:body-too-large");
}
