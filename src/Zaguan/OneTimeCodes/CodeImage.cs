using QRCoder;
using Zaguan.Login;

namespace Zaguan.OneTimeCodes;

/// <summary>What an authenticator's camera sees.</summary>
internal static class CodeImage
{
    private const int PixelsPerModule = 6;

    /// <summary>PNG, base64. The rest as <see cref="OneTimeCode.Uri"/> has it.</summary>
    public static string Of(Secret secret, string account, string issuer)
    {
        using var generator = new QRCodeGenerator();
        using var data = generator.CreateQrCode(OneTimeCode.Uri(secret, account, issuer), QRCodeGenerator.ECCLevel.M);
        using var image = new PngByteQRCode(data);
        return Convert.ToBase64String(image.GetGraphic(PixelsPerModule));
    }
}
