package io.feiqian.registry;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.api.CuratorWatcher;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.data.Stat;

/** One document, read again at every change. Only the worker's thread comes here. */
final class WatchedDocument {
    private final String name;
    private final String path;
    private final CuratorFramework client;
    private final RegistryMemory memory;
    private final CuratorWatcher watcher;

    WatchedDocument(
            String name,
            ZooKeeperPaths paths,
            CuratorFramework client,
            ZooKeeperWorker worker,
            RegistryMemory memory) {
        this.name = name;
        this.path = paths.document(name);
        this.client = client;
        this.memory = memory;
        this.watcher = event -> worker.run("read document " + name, this::read);
    }

    /** The document as it is now; also watches it, where it is not there yet for its coming. */
    Optional<Document> read() throws Exception {
        Stat stat = new Stat();
        try {
            byte[] data = client.getData().storingStatIn(stat).usingWatcher(watcher).forPath(path);
            Document now = document(stat, new String(data, StandardCharsets.UTF_8));
            memory.learn(now);
            return Optional.of(now);
        } catch (KeeperException.NoNodeException absent) {
            if (client.checkExists().usingWatcher(watcher).forPath(path) != null) {
                return read();
            }
            return Optional.empty();
        }
    }

    Publication publish(long expectedVersion, String content) throws Exception {
        byte[] data = content.getBytes(StandardCharsets.UTF_8);
        try {
            if (expectedVersion == 0) {
                client.create().creatingParentsIfNeeded().forPath(path, data);
            } else {
                client.setData().withVersion((int) (expectedVersion - 1)).forPath(path, data);
            }
            Document now = new Document(name, expectedVersion + 1, content);
            memory.learn(now);
            return new Publication.Published(now);
        } catch (KeeperException.NodeExistsException
                | KeeperException.NoNodeException
                | KeeperException.BadVersionException other) {
            return new Publication.Outdated(read());
        }
    }

    /** ZooKeeper counts the changes of a node from 0. */
    private Document document(Stat stat, String content) {
        return new Document(name, stat.getVersion() + 1L, content);
    }
}
