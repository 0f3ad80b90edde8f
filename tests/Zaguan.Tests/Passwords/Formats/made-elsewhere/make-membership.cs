using System;
using System.Reflection;
using System.Security.Cryptography;
using System.Web.Security;

/// <summary>Prints the hash of its argument and the salt, as the columns Password and PasswordSalt of aspnet_Membership would hold them.</summary>
class Membership
{
    static void Main(string[] arguments)
    {
        var bytes = new byte[16];
        new RNGCryptoServiceProvider().GetBytes(bytes);
        var salt = Convert.ToBase64String(bytes);
        var encode = typeof(SqlMembershipProvider).GetMethod("EncodePassword", BindingFlags.NonPublic | BindingFlags.Instance);
        Console.WriteLine("{0}:{1}", encode.Invoke(new SqlMembershipProvider(), new object[] { arguments[0], MembershipPasswordFormat.Hashed, salt }), salt);
    }
}
