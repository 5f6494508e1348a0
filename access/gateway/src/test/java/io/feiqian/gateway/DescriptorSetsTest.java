package io.feiqian.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where a gateway finds the services it serves. */
class DescriptorSetsTest {
    @TempDir private Path folder;

    @Test
    void aContractInAFolderOfTheClassPathIsFound() throws IOException {
        Path place = folder.resolve(DescriptorSets.FOLDER);
        Files.createDirectories(place);
        Files.write(place.resolve("shop.desc"), GatewayFixture.descriptors());
        Files.writeString(place.resolve("notes.txt"), "not a descriptor set");

        assertThat(onClassPath(folder)).containsExactly("feiqian.gateway.shop.Shop");
    }

    @Test
    void aContractInAJarIsFound() throws IOException {
        Path jar = folder.resolve("contract.jar");
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream entries = new JarOutputStream(file)) {
            entries.putNextEntry(new JarEntry("META-INF/"));
            entries.putNextEntry(new JarEntry("META-INF/feiqian/"));
            entries.putNextEntry(new JarEntry(DescriptorSets.FOLDER));
            entries.putNextEntry(new JarEntry(DescriptorSets.FOLDER + "shop.desc"));
            entries.write(GatewayFixture.descriptors());
        }

        assertThat(onClassPath(jar)).containsExactly("feiqian.gateway.shop.Shop");
    }

    @Test
    void aContractInAConfiguredFileIsFound() throws IOException {
        Path file = folder.resolve("shop.desc");
        Files.write(file, GatewayFixture.descriptors());

        assertThat(names(DescriptorSets.load(new ClassLoader(null) {}, List.of(file))))
                .containsExactly("feiqian.gateway.shop.Shop");
    }

    @Test
    void everyPathOfTheContractIsServed() {
        RouteTable table =
                RouteTable.of(DescriptorSets.services("shop", GatewayFixture.descriptors()));

        assertThat(table.methods())
                .extracting(ApiMethod::verb)
                .containsExactly("POST", "GET", "POST");
        assertThat(table.find("HEAD", "/v1/accounts/0001/items"))
                .isInstanceOf(RouteTable.Found.Method.class);
        assertThat(table.find("GET", "/v1/accounts//items"))
                .isInstanceOf(RouteTable.Found.Nothing.class);
    }

    @Test
    void aSetWithoutItsImportsIsRefusedByName() throws IOException {
        FileDescriptorSet whole = FileDescriptorSet.parseFrom(GatewayFixture.descriptors());
        byte[] torn =
                FileDescriptorSet.newBuilder()
                        .addFile(whole.getFile(whole.getFileCount() - 1))
                        .build()
                        .toByteArray();

        assertThatThrownBy(() -> DescriptorSets.services("torn", torn))
                .hasMessageContaining("feiqian/rpc/options.proto");
    }

    @Test
    void whatIsNoDescriptorSetIsRefusedByName() {
        assertThatThrownBy(() -> DescriptorSets.services("broken.desc", new byte[] {1, 2, 3}))
                .hasMessageContaining("broken.desc");
    }

    private static List<String> onClassPath(Path element) throws IOException {
        URL[] path = {element.toUri().toURL()};
        try (URLClassLoader loader = new URLClassLoader(path, null)) {
            return names(DescriptorSets.load(loader, List.of()));
        }
    }

    private static List<String> names(List<ServiceDescriptor> services) {
        return services.stream().map(ServiceDescriptor::getFullName).toList();
    }
}
