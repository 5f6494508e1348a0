package io.feiqian.server;

import io.feiqian.console.OidcConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.oauth2.core.oidc.endpoint.OidcParameterNames;
import org.springframework.security.oauth2.server.authorization.token.JwtEncodingContext;
import org.springframework.security.oauth2.server.authorization.token.OAuth2TokenCustomizer;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;

/**
 * A real OpenID provider: Spring Authorization Server with its own sign-in page. It is at {@code
 * localhost} and the console at {@code 127.0.0.1}, so that to a browser they are two sites.
 */
final class SpringProvider implements AutoCloseable {
    static final String PASSWORD = "known to the provider";
    static final String SECRET = "known to both: 100%";
    private static final String CLIENT = "feiqian-console";

    private final ConfigurableApplicationContext running;
    private final String issuer;

    private SpringProvider(ConfigurableApplicationContext running, String issuer) {
        this.running = running;
        this.issuer = issuer;
    }

    /** Starts one that knows a console at this address. */
    static SpringProvider start(String console) {
        // The logs of this process are configured by others.
        System.setProperty("org.springframework.boot.logging.LoggingSystem", "none");
        int port = freePort();
        String issuer = "http://localhost:" + port;
        String settings = "spring.security.oauth2.authorizationserver.";
        String client = settings + "client.console.";
        Map<String, Object> properties =
                Map.ofEntries(
                        Map.entry("server.port", port),
                        Map.entry("server.address", "127.0.0.1"),
                        Map.entry("spring.main.banner-mode", "off"),
                        Map.entry("spring.main.register-shutdown-hook", "false"),
                        Map.entry(settings + "issuer", issuer),
                        Map.entry(client + "registration.client-id", CLIENT),
                        Map.entry(client + "registration.client-secret", "{noop}" + SECRET),
                        Map.entry(
                                client + "registration.client-authentication-methods",
                                "client_secret_basic"),
                        Map.entry(
                                client + "registration.authorization-grant-types",
                                "authorization_code"),
                        Map.entry(
                                client + "registration.redirect-uris",
                                console + "/sign-in/oidc/return"),
                        Map.entry(client + "registration.scopes", "openid,profile"),
                        Map.entry(client + "require-proof-key", "true"),
                        Map.entry(client + "require-authorization-consent", "false"));
        return new SpringProvider(
                new SpringApplicationBuilder(Provider.class).properties(properties).run(), issuer);
    }

    /** What the console is told about it. */
    String document(String console) {
        return """
        {
          "name": "Spring",
          "issuer": "%s",
          "clientId": "%s",
          "console": "%s",
          "groups": [
            {"group": "bank-operators", "role": "OPERATOR"},
            {"group": "bank-viewers", "role": "VIEWER"}
          ]
        }
        """
                .formatted(issuer, CLIENT, console);
    }

    /** Where the client's secret belongs. */
    static String secretName() {
        return OidcConfig.SECRET;
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Override
    public void close() {
        running.close();
    }

    /** Three people in groups, which their ID tokens name. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Provider {
        @Bean
        UserDetailsService people() {
            return new InMemoryUserDetailsManager(
                    person("olga", "bank-operators"),
                    person("otto", "bank-viewers"),
                    person("nina", "choir"));
        }

        private static UserDetails person(String name, String group) {
            return User.withUsername(name).password("{noop}" + PASSWORD).authorities(group).build();
        }

        @Bean
        OAuth2TokenCustomizer<JwtEncodingContext> groups() {
            return context -> {
                if (OidcParameterNames.ID_TOKEN.equals(context.getTokenType().getValue())) {
                    Authentication who =
                            Objects.requireNonNull(context.<Authentication>getPrincipal());
                    List<String> groups = new ArrayList<>();
                    for (GrantedAuthority each : who.getAuthorities()) {
                        groups.add(String.valueOf(each.getAuthority()));
                    }
                    context.getClaims()
                            .claim("preferred_username", who.getName())
                            .claim("groups", groups);
                }
            };
        }
    }
}
