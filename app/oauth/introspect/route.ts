export { answerProtocol as POST } from '@/lib/web/mount';
