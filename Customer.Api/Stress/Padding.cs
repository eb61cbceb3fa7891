namespace Customer.Api.Stress;

/// <summary>Text that nothing has to escape.</summary>
internal static class Padding
{
    /// <summary>So many ASCII characters, as bytes of UTF-8.</summary>
    public static byte[] Of(int length)
    {
        var text = GC.AllocateUninitializedArray<byte>(length);
        for (var i = 0; i < text.Length; i++) text[i] = (byte)('a' + (i % 26));
        return text;
    }
}
