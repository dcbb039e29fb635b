export { answerProtocol as GET, answerProtocol as POST, answerProtocol as OPTIONS } from '@/lib/web/mount';
