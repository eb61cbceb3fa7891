using System.Buffers.Binary;

namespace Stock.Api.Catalog;

/// <summary>Tells the format of a picture by its bytes, and checks it.</summary>
internal static class PictureReader
{
    /// <summary>Maximum width and height of a PNG or JPEG in pixels. A small file can otherwise unpack to gigabytes in a browser.</summary>
    public const int SideMax = 4096;

    private static ReadOnlySpan<byte> PngSignature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    private static ReadOnlySpan<byte> JpegSignature => [0xFF, 0xD8, 0xFF];

    /// <summary>Returns the picture, or what is wrong with it. Both are null if it has none of the accepted formats.</summary>
    public static (Picture? Picture, string? Error) Read(byte[] bytes)
    {
        if (bytes.AsSpan().StartsWith(PngSignature)) return Sized(Picture.Png, bytes, PngSize(bytes));
        if (bytes.AsSpan().StartsWith(JpegSignature)) return Sized(Picture.Jpeg, bytes, JpegSize(bytes));
        if (!SvgCleaner.IsXml(bytes)) return (null, null);
        return SvgCleaner.Clean(bytes, out var error) is { } clean ? (new(Picture.Svg, clean), null) : (null, error);
    }

    private static (Picture?, string?) Sized(string type, byte[] bytes, (int Width, int Height)? size) => size switch
    {
        null => (null, "The picture is damaged: its header has no size."),
        { Width: >= 1 and <= SideMax, Height: >= 1 and <= SideMax } => (new(type, bytes), null),
        _ => (null, $"The picture must be 1 to {SideMax} pixels wide and high."),
    };

    // The first chunk must be IHDR: length, type, width, height.
    private static (int, int)? PngSize(ReadOnlySpan<byte> bytes) => bytes.Length >= 33 && bytes[12..16].SequenceEqual("IHDR"u8)
        ? (BinaryPrimitives.ReadInt32BigEndian(bytes[16..]), BinaryPrimitives.ReadInt32BigEndian(bytes[20..]))
        : null;

    // Segments up to the first frame header (SOF): marker, length, precision, height, width.
    private static (int, int)? JpegSize(ReadOnlySpan<byte> bytes)
    {
        for (var at = 2; at + 9 < bytes.Length && bytes[at] == 0xFF;)
        {
            var marker = bytes[at + 1];
            if (marker == 0xFF)
            {
                at++; // padding
                continue;
            }

            // C4, C8 and CC are tables, not frames.
            if (marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC))
                return (BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 7)..]), BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 5)..]));
            var length = BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 2)..]);
            if (length < 2) return null;
            at += 2 + length;
        }

        return null;
    }
}
