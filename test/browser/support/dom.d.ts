/** What Node.js has and the types of browsers lack: both are known here. */
interface RequestInit {
  duplex?: 'half';
}
