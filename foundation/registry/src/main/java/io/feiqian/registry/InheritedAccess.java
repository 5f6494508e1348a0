package io.feiqian.registry;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.api.ACLProvider;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.data.ACL;
import org.jspecify.annotations.Nullable;

/**
 * Who may do what with a node that a process with a login makes: whoever its parent belongs to may
 * do all, whoever may see that may read it; among a role's subscribers each node is its maker's
 * alone. ZooKeeper itself lets nothing inherit, and tells in full who may do what only to whom the
 * parent belongs. A process without a login makes nodes that are open to all, as it ever did.
 * Thread-safe.
 */
final class InheritedAccess implements ACLProvider {
    private final String elections;
    private final String subscriber;
    private volatile @Nullable CuratorFramework client;

    InheritedAccess(ZooKeeperPaths paths) {
        this.elections = paths.root() + "/elections/";
        this.subscriber = paths.root() + "/subscribers/[^/]+/[^/]+";
    }

    void comeAs(ZooKeeperConfig.Login login, CuratorFrameworkFactory.Builder builder) {
        builder.authorization(
                        "digest",
                        (login.user() + ":" + login.password()).getBytes(StandardCharsets.UTF_8))
                .aclProvider(this);
    }

    /** With this it asks who may do what. */
    void readBy(CuratorFramework made) {
        client = made;
    }

    @Override
    public List<ACL> getDefaultAcl() {
        return ZooDefs.Ids.OPEN_ACL_UNSAFE;
    }

    @Override
    public List<ACL> getAclForPath(String path) {
        CuratorFramework asking = client;
        int end = path.lastIndexOf('/');
        if (asking == null || end < 1 || path.startsWith(elections)) {
            return getDefaultAcl();
        }
        if (path.matches(subscriber)) {
            return ZooDefs.Ids.CREATOR_ALL_ACL;
        }
        try {
            return asking.getACL().forPath(path.substring(0, end)).stream()
                    .map(each -> new ACL(below(each.getPerms()), each.getId()))
                    .toList();
        } catch (KeeperException.NoNodeException absent) {
            // Who may make the parent may also say who may do what with it.
            return getDefaultAcl();
        } catch (Exception failure) {
            throw new RegistryUnavailableException("cannot read who may write " + path, failure);
        }
    }

    private static int below(int parent) {
        return (parent & ZooDefs.Perms.ADMIN) != 0 ? parent : parent & ZooDefs.Perms.READ;
    }
}
