package io.feiqian.console;

/**
 * What is kept of an API token.
 *
 * @param user whose it is; it may what that user may when it is shown
 * @param name what the user calls it, 1 to 32 small letters, digits, points and hyphens
 * @param hash SHA-256 of the token, hexadecimal: of 256 random bits, so that no salt is needed
 * @param lastFour its last four characters
 * @param createdMillis when it was made, milliseconds since 1970
 * @param expiresMillis from when on it is refused
 */
record ApiToken(
        String user,
        String name,
        String hash,
        String lastFour,
        long createdMillis,
        long expiresMillis) {
    @Override
    public String toString() {
        return name + " of " + user;
    }
}
