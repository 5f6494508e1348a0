package io.feiqian.server;

import io.feiqian.cli.CommandFailure;
import io.feiqian.cli.ExitStatus;
import io.feiqian.configuration.DocumentType;
import io.feiqian.console.OidcConfig;
import java.nio.file.Path;
import java.util.List;

/**
 * By whom users may sign in at the console besides, as a file that people write.
 *
 * @param name what the sign-in page calls the provider
 * @param issuer the provider's issuer
 * @param clientId what the provider calls the console
 * @param console where browsers reach the console
 * @param scopes what is asked for
 * @param userClaim the claim that holds a user's name
 * @param groupsClaim the claim that holds a user's groups
 * @param groups which group has which role
 */
record OidcDocument(
        String name,
        String issuer,
        String clientId,
        String console,
        String scopes,
        String userClaim,
        String groupsClaim,
        List<OidcConfig.Group> groups) {
    /** What a file says; the issuer, the console's address and the groups have to be in it. */
    static final DocumentType<OidcDocument> TYPE =
            DocumentType.of(
                    "oidc",
                    new OidcDocument(
                            "OpenID Connect",
                            "",
                            "feiqian-console",
                            "",
                            "openid profile",
                            "preferred_username",
                            "groups",
                            List.of()));

    /** Copies the list. */
    OidcDocument {
        groups = List.copyOf(groups);
    }

    /**
     * Reads a file.
     *
     * @throws CommandFailure where it cannot be read, or says what is not safe
     */
    static OidcConfig read(Path file) {
        OidcDocument told = ConfigFiles.read(file, TYPE);
        try {
            return new OidcConfig(
                    told.name,
                    told.issuer,
                    told.clientId,
                    told.console,
                    told.scopes,
                    told.userClaim,
                    told.groupsClaim,
                    told.groups);
        } catch (IllegalArgumentException wrong) {
            throw new CommandFailure(
                    ExitStatus.USAGE, file + ": " + wrong.getMessage(), "Correct the file.", wrong);
        }
    }
}
