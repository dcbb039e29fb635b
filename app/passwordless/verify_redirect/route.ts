export { answerProtocol as GET, answerProtocol as POST } from '@/lib/web/mount';
