extern alias StockApi;
using System.Buffers.Binary;
using StockApi::Stock.Api.Catalog;

namespace Tests.Unit.Catalog;

/// <summary>The format of a picture is detected from its bytes.</summary>
[Trait("Category", "Unit")]
public sealed class PictureReaderTests
{
    [Fact]
    public void PNG_and_JPEG_are_detected_and_not_changed()
    {
        foreach (var (bytes, type) in new[] { (Png(3, 2), "image/png"), (Jpeg(3, 2), "image/jpeg") })
        {
            var (picture, error) = PictureReader.Read(bytes);
            Assert.Null(error);
            Assert.Equal((type, bytes), (picture!.MediaType, picture.Bytes));
        }
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    [InlineData(4097, 1)]
    [InlineData(1, 60_000)]
    public void A_picture_with_no_or_too_many_pixels_is_rejected(int width, int height)
    {
        foreach (var bytes in new[] { Png(width, height), Jpeg(width, height) }) Assert.NotNull(PictureReader.Read(bytes).Error);
    }

    [Fact]
    public void A_truncated_picture_is_rejected_at_every_length()
    {
        foreach (var (bytes, signature) in new[] { (Png(3, 2), 8), (Jpeg(3, 2), 3) })
            for (var length = signature; length < Math.Min(bytes.Length, 16); length++) Assert.NotNull(PictureReader.Read(bytes[..length]).Error);
    }

    [Theory]
    [InlineData("")]
    [InlineData("GIF89a")]
    [InlineData("RIFF0000WEBP")]
    [InlineData("%PDF-1.4")]
    [InlineData("MZ")]
    [InlineData("hello <svg/>")]
    public void Other_formats_are_not_pictures(string text) => Assert.Equal((null, null), PictureReader.Read(System.Text.Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void Arbitrary_bytes_never_throw()
    {
        var random = new Random(5);
        for (var i = 0; i < 2_000; i++)
        {
            var bytes = new byte[random.Next(80)];
            random.NextBytes(bytes);
            if (bytes.Length > 3 && i % 2 == 0) (bytes[0], bytes[1], bytes[2]) = (0xFF, 0xD8, 0xFF);
            PictureReader.Read(bytes);
        }
    }

    internal static byte[] Png(int width, int height)
    {
        byte[] bytes = [0x89, .. "PNG\r\n\x1A\n"u8, 0, 0, 0, 13, .. "IHDR"u8, 0, 0, 0, 0, 0, 0, 0, 0, 8, 2, 0, 0, 0, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(16), width);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(20), height);
        return bytes;
    }

    private static byte[] Jpeg(int width, int height)
    {
        byte[] bytes = [0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 0, 0, 0xFF, 0xC0, 0, 11, 8, 0, 0, 0, 0, 1, 1, 0x11, 0, 0xFF, 0xD9];
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(13), (ushort)height);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(15), (ushort)width);
        return bytes;
    }
}
