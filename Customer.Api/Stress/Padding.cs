namespace Customer.Api.Stress;

/// <summary>Creates text that needs no escaping.</summary>
internal static class Padding
{
    /// <summary>Returns the given number of ASCII characters as UTF-8 bytes.</summary>
    public static byte[] Of(int length)
    {
        var text = GC.AllocateUninitializedArray<byte>(length);
        for (var i = 0; i < text.Length; i++) text[i] = (byte)('a' + (i % 26));
        return text;
    }
}
